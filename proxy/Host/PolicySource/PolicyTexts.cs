using ImdsProxy.Core.Policy.Reading;
using ImdsProxy.Runtime;

namespace ImdsProxy.PolicySource;

/// <summary>The texts of a policy: one document, or fragments by name.</summary>
/// <param name="ByName">The texts by name, in UTF-8 JSON.</param>
internal sealed record PolicyTexts(IReadOnlyDictionary<string, ReadOnlyMemory<byte>> ByName)
{
    // Kubelet swaps the directory of a mounted ConfigMap atomically. A directory that keeps changing is read again half a second later.
    private const int MaxReads = 4;

    // The maximum size of all fragments of a directory in bytes. A mounted ConfigMap holds at most 1 MiB.
    private const int MaxInAll = 16 << 20;

    private static readonly Dictionary<string, ReadOnlyMemory<byte>> NothingYet = new(StringComparer.Ordinal);

    // Parsing thousands of rules takes a while, so each policy is parsed only once.
    private PolicyLoad? _load;

    public bool IsSingle => ByName.Count == 1;

    /// <summary>Whether a file or a key of a ConfigMap is part of the policy.</summary>
    public static bool IsFragment(string name) => name.EndsWith(".json", StringComparison.Ordinal) && !name.StartsWith('.');

    /// <summary>Reads the file of a policy, or a consistent state of all fragments of a directory.</summary>
    /// <param name="path">The file or the directory.</param>
    /// <param name="last">The result of the last read, or null.</param>
    /// <param name="cancellation">Ends the read.</param>
    /// <exception cref="IOException">The policy can't be read.</exception>
    public static async Task<PolicyTexts> ReadAsync(string path, PolicyTexts? last, CancellationToken cancellation)
    {
        var texts = await ReadOnceAsync(path, last, cancellation);
        for (var reads = 1; reads < MaxReads && Directory.Exists(path); reads++)
        {
            var before = texts;
            texts = await ReadOnceAsync(path, before, cancellation);
            if (texts.IsSameAs(before))
            {
                break;
            }
        }

        return texts;
    }

    public bool IsSameAs(PolicyTexts other) =>
        ByName.Count == other.ByName.Count
        && ByName.All(text => other.ByName.TryGetValue(text.Key, out var its) && text.Value.Span.SequenceEqual(its.Span));

    /// <summary>The result of parsing the texts.</summary>
    /// <param name="before">The load of the policy in force, or null.</param>
    public PolicyLoad Load(PolicyLoad? before = null) => _load ??= LoadAgain(NothingYet, before).Load;

    /// <summary>The places of a valid policy's rules.</summary>
    public RulePlaces Places() => IsSingle ? RulePlaces.Of(ByName.Values.Single()) : RulePlaces.Of(ByName);

    /// <summary>The result of parsing the texts, with the last valid content in place of each invalid fragment.</summary>
    /// <param name="lastGood">The last valid texts.</param>
    /// <param name="before">The load of the policy in force, or null.</param>
    public FragmentsLoad Load(IReadOnlyDictionary<string, ReadOnlyMemory<byte>> lastGood, PolicyLoad? before) =>
        _load is { Document: not null } ? new FragmentsLoad(_load, ByName, []) : LoadAgain(lastGood, before);

    private FragmentsLoad LoadAgain(IReadOnlyDictionary<string, ReadOnlyMemory<byte>> lastGood, PolicyLoad? before) => IsSingle
        ? new FragmentsLoad(PolicyLoader.Load(ByName.Values.Single(), before), ByName, [])
        : PolicyFragments.Load(ByName, lastGood, before);

    private static async Task<PolicyTexts> ReadOnceAsync(string path, PolicyTexts? last, CancellationToken cancellation)
    {
        var files = Directory.Exists(path) ? Directory.EnumerateFiles(path).Where(static file => IsFragment(Path.GetFileName(file))) : [path];
        var texts = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        var inAll = 0;
        foreach (var file in files)
        {
            var name = Path.GetFileName(file);

            // One byte above the limit is enough for the parser to refuse the file.
            texts[name] = last is not null && last.ByName.TryGetValue(name, out var its) && await FileContent.IsStillAsync(file, its, BoundedFile.Usual, cancellation)
                ? its
                : BoundedFile.ReadStart(file);
            if ((inAll += texts[name].Length) > MaxInAll)
            {
                throw new IOException($"the fragments in {path} have more than {MaxInAll} bytes in total");
            }
        }

        return new PolicyTexts(texts);
    }
}

using ImdsProxy.Core.Policy.Reading;
using ImdsProxy.Runtime;

namespace ImdsProxy.PolicySource;

/// <summary>The texts that are a policy: one document, or fragments by their names.</summary>
/// <param name="ByName">UTF-8 JSON.</param>
internal sealed record PolicyTexts(IReadOnlyDictionary<string, ReadOnlyMemory<byte>> ByName)
{
    // A swap of a ConfigMap's directory takes no time; whoever writes on and on is looked at again in half a second.
    private const int MostReads = 4;

    // Of all fragments of a directory: a mounted ConfigMap holds 1 MiB.
    private const int MostInAll = 16 << 20;

    private static readonly Dictionary<string, ReadOnlyMemory<byte>> NothingYet = new(StringComparer.Ordinal);

    // Reading thousands of rules takes a while: it is done once, whoever asks first.
    private PolicyLoad? _load;

    public bool IsSingle => ByName.Count == 1;

    /// <summary>Whether a file or a ConfigMap's key holds policy.</summary>
    public static bool IsFragment(string name) => name.EndsWith(".json", StringComparison.Ordinal) && !name.StartsWith('.');

    /// <summary>Reads a policy's file, or all fragments of a directory as they are at one moment.</summary>
    /// <param name="path">The file or the directory.</param>
    /// <param name="last">What was read last, or null.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="IOException">It can't be read.</exception>
    public static async Task<PolicyTexts> ReadAsync(string path, PolicyTexts? last, CancellationToken cancellation)
    {
        var texts = await ReadOnceAsync(path, last, cancellation);
        for (var reads = 1; reads < MostReads && Directory.Exists(path); reads++)
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

    /// <summary>What comes of reading them alone.</summary>
    /// <param name="before">The load of the policy in force, or null.</param>
    public PolicyLoad Load(PolicyLoad? before = null) => _load ??= LoadAgain(NothingYet, before).Load;

    /// <summary>What comes of reading them; a broken fragment is taken as it was when it was last good.</summary>
    /// <param name="lastGood">What was good before.</param>
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

            // Of a file that is too large so much that its reader says so.
            texts[name] = last is not null && last.ByName.TryGetValue(name, out var its) && await FileContent.IsStillAsync(file, its, BoundedFile.Usual, cancellation)
                ? its
                : BoundedFile.ReadStart(file);
            if ((inAll += texts[name].Length) > MostInAll)
            {
                throw new IOException($"the fragments in {path} are larger than {MostInAll} bytes together");
            }
        }

        return new PolicyTexts(texts);
    }
}

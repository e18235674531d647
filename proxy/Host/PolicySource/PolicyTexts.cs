using ImdsProxy.Core.Policy;

namespace ImdsProxy.PolicySource;

/// <summary>The texts that are a policy: one document, or fragments by their names.</summary>
/// <param name="ByName">UTF-8 JSON.</param>
internal sealed record PolicyTexts(IReadOnlyDictionary<string, ReadOnlyMemory<byte>> ByName)
{
    // A swap of a ConfigMap's directory takes no time; whoever writes on and on is looked at again in half a second.
    private const int MostReads = 4;

    private static readonly Dictionary<string, ReadOnlyMemory<byte>> NothingYet = new(StringComparer.Ordinal);

    // Reading thousands of rules takes a while: it is done once, whoever asks first.
    private PolicyLoad? _load;

    public bool IsSingle => ByName.Count == 1;

    /// <summary>Whether a file or a ConfigMap's key holds policy.</summary>
    public static bool IsFragment(string name) => name.EndsWith(".json", StringComparison.Ordinal) && !name.StartsWith('.');

    /// <summary>Reads a policy's file, or all fragments of a directory as they are at one moment.</summary>
    /// <exception cref="IOException">It can't be read.</exception>
    public static async Task<PolicyTexts> ReadAsync(string path, CancellationToken cancellation)
    {
        var texts = await ReadOnceAsync(path, cancellation);
        for (var reads = 1; reads < MostReads && Directory.Exists(path); reads++)
        {
            var before = texts;
            texts = await ReadOnceAsync(path, cancellation);
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

    /// <summary>What comes of reading them, where nothing was good before.</summary>
    public PolicyLoad Load() => _load ??= LoadAgain(NothingYet).Load;

    /// <summary>What comes of reading them; a broken fragment is taken as it was when it was last good.</summary>
    public FragmentsLoad Load(IReadOnlyDictionary<string, ReadOnlyMemory<byte>> lastGood) =>
        _load is { Document: not null } ? new FragmentsLoad(_load, ByName, []) : LoadAgain(lastGood);

    private FragmentsLoad LoadAgain(IReadOnlyDictionary<string, ReadOnlyMemory<byte>> lastGood) =>
        IsSingle ? new FragmentsLoad(PolicyLoader.Load(ByName.Values.Single()), ByName, []) : PolicyFragments.Load(ByName, lastGood);

    private static async Task<PolicyTexts> ReadOnceAsync(string path, CancellationToken cancellation)
    {
        var files = Directory.Exists(path) ? Directory.EnumerateFiles(path).Where(static file => IsFragment(Path.GetFileName(file))) : [path];
        var texts = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            texts[Path.GetFileName(file)] = await File.ReadAllBytesAsync(file, cancellation);
        }

        return new PolicyTexts(texts);
    }
}

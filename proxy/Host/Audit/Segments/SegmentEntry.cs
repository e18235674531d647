using System.IO.Compression;

namespace ImdsProxy.Audit.Segments;

/// <summary>A segment as it is found in a directory.</summary>
/// <param name="Name">When it began and whose it is.</param>
/// <param name="Path">Where it is.</param>
/// <param name="Compressed">Whether it is gzip.</param>
internal sealed record SegmentEntry(SegmentName Name, string Path, bool Compressed)
{
    /// <summary>The segments of a directory, oldest first. While one is being compressed it is there twice; it is told once.</summary>
    public static IReadOnlyList<SegmentEntry> ReadAll(string directory)
    {
        // A listing may miss what gets another name, and may see a new segment but not the one before it. What was there
        // before the second listing began is in one of the two; where it is in both, the second knows better. What is in
        // the first alone has another name by now, or is gone.
        var before = List(directory);
        var after = List(directory);
        var renamed = before.ExceptBy(after.Select(entry => entry.Name), entry => entry.Name).Select(entry => entry.Now()).Where(entry => File.Exists(entry.Path));
        var newest = before.GroupBy(entry => entry.Name.Instance, StringComparer.Ordinal)
            .ToDictionary(chain => chain.Key, chain => chain.Max(entry => entry.Name.Number), StringComparer.Ordinal);
        return
        [
            .. after.Concat(renamed).DistinctBy(entry => entry.Name)
                .GroupBy(entry => entry.Name.Instance, StringComparer.Ordinal)
                .SelectMany(chain => WithoutGapAfter(newest.GetValueOrDefault(chain.Key), chain))
                .OrderBy(entry => entry.Name.Start)
                .ThenBy(entry => entry.Name.Instance, StringComparer.Ordinal)
                .ThenBy(entry => entry.Name.Number),
        ];
    }

    /// <summary>The same under the name it has now: it may have been compressed since it was listed.</summary>
    public SegmentEntry Now() => Compressed || File.Exists(Path) || !File.Exists(CompressedPath(Path))
        ? this
        : this with { Path = CompressedPath(Path), Compressed = true };

    /// <summary>The lines, decompressed where needed.</summary>
    public Stream Open() => Open(Path, Compressed);

    /// <summary>Opens a file of lines, or what it was compressed to since its name was read.</summary>
    /// <exception cref="FileNotFoundException">It is there under neither name.</exception>
    public static Stream Open(string path, bool compressed)
    {
        if (compressed)
        {
            return Decompress(path);
        }

        try
        {
            return OpenPlain(path);
        }
        catch (FileNotFoundException) when (File.Exists(CompressedPath(path)))
        {
            return Decompress(CompressedPath(path));
        }
    }

    /// <summary>What the keeper makes of a file: it is there before the file goes.</summary>
    public static string CompressedPath(string path) => $"{path}.gz";

    /// <summary>Opens a file as it is, shared with everyone: the writer appends and the keeper removes while it is read.</summary>
    public static FileStream OpenPlain(string path) =>
        new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);

    private static GZipStream Decompress(string path) => new(OpenPlain(path), CompressionMode.Decompress);

    // Of one that is there twice, the one that is not compressed comes first.
    private static List<SegmentEntry> List(string directory) =>
        [.. Directory.EnumerateFiles(directory, "audit-*").Select(Read).OfType<SegmentEntry>().OrderBy(entry => entry.Compressed)];

    // The newest ones as far as each of them was seen.
    private static IEnumerable<SegmentEntry> WithoutGapAfter(int known, IEnumerable<SegmentEntry> chain)
    {
        foreach (var entry in chain.OrderBy(entry => entry.Name.Number))
        {
            if (entry.Name.Number > known + 1)
            {
                yield break;
            }

            known = Math.Max(known, entry.Name.Number);
            yield return entry;
        }
    }

    private static SegmentEntry? Read(string path) =>
        SegmentName.Parse(System.IO.Path.GetFileName(path)) is { } name
            ? new SegmentEntry(name, path, path.EndsWith(SegmentName.CompressedExtension, StringComparison.Ordinal))
            : null;
}

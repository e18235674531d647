using System.IO.Compression;

namespace ImdsProxy.Audit.Segments;

/// <summary>A segment found in a directory.</summary>
/// <param name="Name">The parsed file name.</param>
/// <param name="Path">The path of the file.</param>
/// <param name="Compressed">Whether the file is compressed with gzip.</param>
internal sealed record SegmentEntry(SegmentName Name, string Path, bool Compressed)
{
    /// <summary>
    /// Returns the segments of a directory, oldest first. A segment that is currently being compressed has two files but is
    /// returned only once.
    /// </summary>
    public static IReadOnlyList<SegmentEntry> ReadAll(string directory)
    {
        // A listing may miss a file that is renamed meanwhile, and may contain a new segment without the previous one. A
        // segment that existed before the second listing began is in at least one of the two, and the second is more recent.
        // A segment that is only in the first listing has since been renamed or removed.
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

    /// <summary>Returns the segment under its current name, since it may have been compressed after it was listed.</summary>
    public SegmentEntry Now() => Compressed || File.Exists(Path) || !File.Exists(CompressedPath(Path))
        ? this
        : this with { Path = CompressedPath(Path), Compressed = true };

    /// <summary>Opens the segment and decompresses it if necessary.</summary>
    public Stream Open() => Open(Path, Compressed);

    /// <summary>Opens a file of lines, or its compressed form if it has been compressed since its name was read.</summary>
    /// <exception cref="FileNotFoundException">Neither file exists.</exception>
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

    /// <summary>The path of a file's compressed form, which exists before the file is removed.</summary>
    public static string CompressedPath(string path) => $"{path}.gz";

    /// <summary>Opens a file without decompression. It may be appended to and removed while it is read.</summary>
    public static FileStream OpenPlain(string path) =>
        new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);

    private static GZipStream Decompress(string path) => new(OpenPlain(path), CompressionMode.Decompress);

    // If a segment has two files, the uncompressed one comes first.
    private static List<SegmentEntry> List(string directory) =>
        [.. Directory.EnumerateFiles(directory, "audit-*").Select(Read).OfType<SegmentEntry>().OrderBy(entry => entry.Compressed)];

    // A listing may contain a new segment but miss the segment before it. Such a segment is left out until both are listed.
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

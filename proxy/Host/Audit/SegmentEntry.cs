namespace ImdsProxy.Audit;

/// <summary>A segment as it is found in a directory.</summary>
/// <param name="Name">When it began and whose it is.</param>
/// <param name="Path">Where it is.</param>
/// <param name="Compressed">Whether it is gzip.</param>
internal sealed record SegmentEntry(SegmentName Name, string Path, bool Compressed)
{
    /// <summary>The segments of a directory, oldest first. While one is being compressed it is there twice; it is told once.</summary>
    public static IReadOnlyList<SegmentEntry> ReadAll(string directory) =>
    [
        .. Directory.EnumerateFiles(directory, "audit-*")
            .Select(Read)
            .OfType<SegmentEntry>()
            .GroupBy(entry => entry.Name)
            .Select(same => same.OrderBy(entry => entry.Compressed).First())
            .OrderBy(entry => entry.Name.Start)
            .ThenBy(entry => entry.Name.Instance, StringComparer.Ordinal)
            .ThenBy(entry => entry.Name.Number),
    ];

    /// <summary>The lines, decompressed where needed.</summary>
    public Stream Open() => Open(Path, Compressed);

    /// <summary>Opens a file of lines; gzip by its name.</summary>
    public static Stream Open(string path, bool compressed)
    {
        // Shared with everyone: the writer appends and the keeper removes while it is read.
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        return compressed ? new System.IO.Compression.GZipStream(file, System.IO.Compression.CompressionMode.Decompress) : file;
    }

    private static SegmentEntry? Read(string path) =>
        SegmentName.Parse(System.IO.Path.GetFileName(path)) is { } name
            ? new SegmentEntry(name, path, path.EndsWith(SegmentName.CompressedExtension, StringComparison.Ordinal))
            : null;
}

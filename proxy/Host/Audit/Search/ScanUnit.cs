using ImdsProxy.Audit.Segments;

namespace ImdsProxy.Audit.Search;

/// <summary>A part of the log that one thread searches: a range of a file, a compressed file, or a stream.</summary>
/// <param name="Open">Opens the file or stream.</param>
/// <param name="Start">The start of the range. The first line of the unit is the first line that starts at or after this offset.</param>
/// <param name="End">The end of the range. Lines that start at or after this offset belong to the next unit.</param>
/// <param name="Segment">The segment's name, or null if the file is not a segment.</param>
/// <param name="Ended">The time after which nothing was written to the segment, or null if unknown.</param>
internal sealed record ScanUnit(Func<Stream> Open, long Start, long End, SegmentName? Segment, DateTimeOffset? Ended)
{
    // Small enough to spread over threads, and large enough that the cost of opening the file does not matter.
    private const long Range = 16L << 20;

    /// <summary>The path of the file, or null for a stream.</summary>
    public string? Path { get; init; }

    /// <summary>Whether the file is compressed.</summary>
    public bool IsCompressed { get; init; }

    /// <summary>Divides a file into units.</summary>
    public static IEnumerable<ScanUnit> OfFile(string path, bool compressed, SegmentName? segment, DateTimeOffset? ended = null)
    {
        Stream Open() => SegmentEntry.Open(path, compressed);
        var file = new FileInfo(path);
        if (compressed || (!file.Exists && File.Exists(SegmentEntry.CompressedPath(path))))
        {
            yield return new ScanUnit(Open, 0, long.MaxValue, segment, ended) { Path = path, IsCompressed = true };
            yield break;
        }

        var length = file.Length;
        for (var start = 0L; start < length; start += Range)
        {
            yield return new ScanUnit(Open, start, start + Range >= length ? long.MaxValue : start + Range, segment, ended) { Path = path };
        }
    }
}

namespace ImdsProxy.Audit.Search;

/// <summary>A part of the log that one thread searches: a range of a file, a compressed file, or a stream.</summary>
/// <param name="Open">Opens the bytes.</param>
/// <param name="Start">Where the range begins: the first line that starts here or later is its first.</param>
/// <param name="End">Where it ends: no line that starts here or later is its own.</param>
/// <param name="Segment">The segment, where it is one.</param>
/// <param name="Ended">After when nothing was written to the segment, where that is known.</param>
internal sealed record ScanUnit(Func<Stream> Open, long Start, long End, SegmentName? Segment, DateTimeOffset? Ended)
{
    // Small enough to share between threads, large enough that opening it costs nothing.
    private const long Range = 16L << 20;

    /// <summary>The units of one file.</summary>
    public static IEnumerable<ScanUnit> OfFile(string path, bool compressed, SegmentName? segment, DateTimeOffset? ended = null)
    {
        Stream Open() => SegmentEntry.Open(path, compressed);
        var file = new FileInfo(path);
        if (compressed || (!file.Exists && File.Exists(SegmentEntry.CompressedPath(path))))
        {
            yield return new ScanUnit(Open, 0, long.MaxValue, segment, ended);
            yield break;
        }

        var length = file.Length;
        for (var start = 0L; start < length; start += Range)
        {
            yield return new ScanUnit(Open, start, start + Range >= length ? long.MaxValue : start + Range, segment, ended);
        }
    }
}

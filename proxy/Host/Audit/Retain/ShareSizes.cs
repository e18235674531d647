using ImdsProxy.Audit.Settings;

namespace ImdsProxy.Audit.Retain;

/// <summary>Divides the limit of a directory into shares.</summary>
internal static class ShareSizes
{
    // In smaller segments, the overhead of the file and its gzip header would be too large.
    private const long SmallestSegment = 64 << 10;

    // A reserve grows slowly. With large segments it would stay uncompressed for weeks.
    private const long LargestReserveSegment = 8 << 20;

    /// <summary>
    /// The maximum size of all segments of a share. A 64th of the limit is left for the events that record removals, which are
    /// written before the removal.
    /// </summary>
    public static long Of(AuditOptions options, bool isReserve) => isReserve
        ? options.ReserveBytes
        : options.MaxBytes - options.ReserveBytes - options.PolicyBytes - (options.MaxBytes / 64);

    /// <summary>
    /// The size in bytes at which a segment ends. The open segment of each process and a compression count with this size. Three
    /// processes and a compression therefore leave three quarters of a share for complete segments.
    /// </summary>
    public static long SegmentLimit(AuditOptions options, bool isReserve)
    {
        var most = Math.Min(options.SegmentBytes, isReserve ? LargestReserveSegment : long.MaxValue);
        return Math.Min(most, Math.Max(Of(options, isReserve) / 16, SmallestSegment));
    }

    /// <summary>The smallest size at which a segment of any chain ends.</summary>
    public static long SmallestOf(AuditOptions options) => options.HasReserve
        ? Math.Min(SegmentLimit(options, isReserve: true), SegmentLimit(options, isReserve: false))
        : SegmentLimit(options, isReserve: false);

    /// <summary>The maximum compressed size of a file with this many bytes. Deflate stores data that it cannot shorten.</summary>
    public static long Draft(long bytes) => bytes + (bytes >> 8) + 64;
}

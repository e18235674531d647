using ImdsProxy.Audit.Settings;

namespace ImdsProxy.Audit.Retain;

/// <summary>How the bound of a directory is divided.</summary>
internal static class ShareSizes
{
    // With less in a segment, its name and its gzip header weigh as much as its lines.
    private const long SmallestSegment = 64 << 10;

    // A reserve grows slowly; large segments would keep it uncompressed for weeks.
    private const long LargestReserveSegment = 8 << 20;

    /// <summary>
    /// What a chain's segments may take. A 64th of all is left for the events that tell of removals: they are written first.
    /// </summary>
    public static long Of(AuditOptions options, bool isReserve) => isReserve
        ? options.ReserveBytes
        : options.MaxBytes - options.ReserveBytes - options.PolicyBytes - (options.MaxBytes / 64);

    /// <summary>
    /// The bytes at which a segment ends. Each process's open segment counts with all of them, as does a compression, so that
    /// three processes and a compression leave three quarters of a share to what is kept.
    /// </summary>
    public static long SegmentLimit(AuditOptions options, bool isReserve)
    {
        var most = Math.Min(options.SegmentBytes, isReserve ? LargestReserveSegment : long.MaxValue);
        return Math.Min(most, Math.Max(Of(options, isReserve) / 16, SmallestSegment));
    }

    /// <summary>The least at which a segment of any chain ends.</summary>
    public static long SmallestOf(AuditOptions options) => options.HasReserve
        ? Math.Min(SegmentLimit(options, isReserve: true), SegmentLimit(options, isReserve: false))
        : SegmentLimit(options, isReserve: false);

    /// <summary>The most that a file of so many bytes can become when it is compressed: deflate stores what it can't shorten.</summary>
    public static long Draft(long bytes) => bytes + (bytes >> 8) + 64;
}

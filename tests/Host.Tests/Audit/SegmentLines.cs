using ImdsProxy.Audit.Segments;

namespace ImdsProxy.Host.Tests.Audit;

/// <summary>Reads segments of a log.</summary>
internal static class SegmentLines
{
    /// <summary>The lines of a segment, which may have been compressed since its name was read.</summary>
    public static string[] Lines(this SegmentEntry segment)
    {
        using var reader = new StreamReader(segment.Open());
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}

using ImdsProxy.Audit.Segments;

namespace ImdsProxy.Audit.Retain;

/// <summary>A segment and the space it takes.</summary>
/// <param name="Entry">The segment, with the path to read.</param>
/// <param name="Paths">The segment's files. At the end of a compression, a segment has two files.</param>
/// <param name="Bytes">The total size of the files.</param>
/// <param name="IsOpen">Whether a process is writing the segment.</param>
/// <param name="Written">The time of the last write.</param>
internal sealed record HeldSegment(SegmentEntry Entry, IReadOnlyList<string> Paths, long Bytes, bool IsOpen, DateTimeOffset Written)
{
    public SegmentName Name => Entry.Name;
}

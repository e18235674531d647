using ImdsProxy.Audit.Segments;

namespace ImdsProxy.Audit.Retain;

/// <summary>A segment and what it takes.</summary>
/// <param name="Entry">The segment, by the name to read it under.</param>
/// <param name="Paths">Its files: while a compression ends there are two.</param>
/// <param name="Bytes">What the files take.</param>
/// <param name="IsOpen">Whether a process writes it.</param>
/// <param name="Written">When it was last written.</param>
internal sealed record HeldSegment(SegmentEntry Entry, IReadOnlyList<string> Paths, long Bytes, bool IsOpen, DateTimeOffset Written)
{
    public SegmentName Name => Entry.Name;
}

using ImdsProxy.Audit.Segments;

namespace ImdsProxy.Audit.Retain;

/// <summary>A compression in progress.</summary>
/// <param name="Segment">What is compressed.</param>
/// <param name="Path">What it becomes, so far.</param>
/// <param name="Bytes">The most that it can take.</param>
internal sealed record HeldDraft(SegmentName Segment, string Path, long Bytes);

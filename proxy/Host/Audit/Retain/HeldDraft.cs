using ImdsProxy.Audit.Segments;

namespace ImdsProxy.Audit.Retain;

/// <summary>A compression in progress.</summary>
/// <param name="Segment">The segment that is compressed.</param>
/// <param name="Path">The file that the compression writes.</param>
/// <param name="Bytes">The maximum size of that file.</param>
internal sealed record HeldDraft(SegmentName Segment, string Path, long Bytes);

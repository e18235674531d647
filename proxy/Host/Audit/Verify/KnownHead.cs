namespace ImdsProxy.Audit.Verify;

/// <summary>The hash of a line according to a checkpoint or the first line of another chain.</summary>
/// <param name="Seq">The line's number.</param>
/// <param name="Hash">The line's hash.</param>
/// <param name="Source">A description of the source, for people.</param>
/// <param name="Segment">The segment that held the line, or null if the source does not name it.</param>
internal sealed record KnownHead(long Seq, string Hash, string Source, string? Segment);

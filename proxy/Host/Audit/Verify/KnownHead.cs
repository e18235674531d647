namespace ImdsProxy.Audit.Verify;

/// <summary>What someone says the hash of a line is: a checkpoint, or the first line of another chain.</summary>
/// <param name="Seq">The line's number.</param>
/// <param name="Hash">Its hash.</param>
/// <param name="Source">Who says so, for people.</param>
/// <param name="Segment">The segment it was in, where that is told.</param>
internal sealed record KnownHead(long Seq, string Hash, string Source, string? Segment);

namespace ImdsProxy.Audit;

/// <summary>How far a chain has come: its last whole line.</summary>
/// <param name="Instance">Whose chain.</param>
/// <param name="Seq">The number of its last line.</param>
/// <param name="Hash">The hash of that line.</param>
/// <param name="Segment">The segment that holds it, by the name it had uncompressed.</param>
internal sealed record ChainHead(string Instance, long Seq, string Hash, string Segment)
{
    /// <summary>The heads of all chains that have a segment in a directory.</summary>
    public static IReadOnlyList<ChainHead> ReadAll(string directory) => [];
}

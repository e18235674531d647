namespace ImdsProxy.Core.Audit;

/// <summary>The last line of a search over several nodes, which a later command may read together with the records.</summary>
public static class AnswerTrailer
{
    /// <summary>Whether a line is the trailer of an answer that lacks nothing. Any other trailer counts as a line that could not be read.</summary>
    public static bool IsComplete(ReadOnlySpan<byte> line) => line.StartsWith("{\"trailer\":{"u8) && line.EndsWith("\"unanswered\":[]}}"u8);
}

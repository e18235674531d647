namespace ImdsProxy.Sources.Nodes.Format;

/// <summary>The last line of a node's answer.</summary>
/// <param name="Lines">The number of lines before it, without the first. It shows whether lines were lost on the way.</param>
/// <param name="Skipped">The number of lines of the log that are not records.</param>
/// <param name="Unread">The parts of the node's log that could not be read.</param>
/// <param name="Clusters">The clusters that the records name; for demands only.</param>
internal sealed record NodeAnswerEnd(long Lines, long Skipped, NodeAnswerEnd.Part[] Unread, string[] Clusters)
{
    /// <summary>A part of the log that could not be read.</summary>
    internal sealed record Part(string Path, string Message);
}

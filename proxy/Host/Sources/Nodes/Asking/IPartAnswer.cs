using ImdsProxy.Sources.Nodes.Format;

namespace ImdsProxy.Sources.Nodes.Asking;

/// <summary>Takes the answer of one part. An answer that breaks off is never completed, so it counts for nothing unless it was shown already.</summary>
internal interface IPartAnswer
{
    /// <summary>Takes a line, which is valid only during the call.</summary>
    /// <exception cref="FormatException">It is not a line of this kind.</exception>
    ValueTask AddAsync(ReadOnlyMemory<byte> line);

    /// <summary>Is called when all lines that have arrived were taken.</summary>
    ValueTask PauseAsync() => ValueTask.CompletedTask;

    /// <summary>Takes the end of the answer.</summary>
    /// <exception cref="FormatException">The answer is incomplete.</exception>
    void Complete(NodeAnswerEnd end);
}

using ImdsProxy.Core.Audit;
using ImdsProxy.Sources.Nodes.Format;

namespace ImdsProxy.Sources.Nodes.Asking;

/// <summary>Shows the lines of one part as they arrive.</summary>
/// <param name="turn">Is held while a line is shown, because all parts share the output.</param>
/// <param name="show">Shows a line.</param>
/// <param name="flush">Is called when the lines so far can be shown.</param>
internal sealed class FollowedAnswer(SemaphoreSlim turn, Func<ReadOnlyMemory<byte>, ValueTask> show, Func<Task> flush) : IPartAnswer
{
    private readonly AuditLine _fields = new();

    /// <summary>The lines that are not records for this version, and those that the node skipped.</summary>
    public long Skipped { get; private set; }

    /// <inheritdoc />
    public ValueTask AddAsync(ReadOnlyMemory<byte> line)
    {
        if (_fields.TryParse(line.Span))
        {
            return InTurnAsync(() => show(line));
        }

        Skipped++;
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc />
    public ValueTask PauseAsync() => InTurnAsync(async () => await flush());

    /// <inheritdoc />
    public void Complete(NodeAnswerEnd end) => Skipped += end.Skipped;

    private async ValueTask InTurnAsync(Func<ValueTask> work)
    {
        await turn.WaitAsync();
        try
        {
            await work();
        }
        finally
        {
            turn.Release();
        }
    }
}

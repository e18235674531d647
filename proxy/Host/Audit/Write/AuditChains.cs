using ImdsProxy.Core.Audit;

namespace ImdsProxy.Audit.Write;

/// <summary>
/// The chains of a process: the request chain and the reserve, or one chain for everything. One thread at a time uses both, so
/// that the reserve can record a removal right before it happens. If that thread hangs in one chain, it loses both.
/// </summary>
/// <param name="requests">Writes the lines that do not go to the reserve.</param>
/// <param name="reserve">Writes the reserve, or null if there is no reserve.</param>
/// <param name="mostBytes">The maximum size of one write. Larger groups of lines are divided, because they must fit into a segment.</param>
/// <param name="time">The clock.</param>
internal sealed class AuditChains(AuditWriter requests, AuditWriter? reserve, long mostBytes, TimeProvider time) : IDisposable
{
    private readonly ChainSorter _sorter = new(requests, reserve, mostBytes);

    /// <summary>The reason why records of at least one chain cannot be written to any output, or null.</summary>
    public string? Failure => requests.Failure ?? reserve?.Failure;

    /// <summary>The reason why records do not go to the directory, or null while they do.</summary>
    public string? Degraded => requests.Degraded ?? reserve?.Degraded;

    /// <summary>Writes each line to its chain, and sets the state of each line.</summary>
    public void Write(ReadOnlySpan<PendingLine> lines) => _sorter.Write(lines);

    /// <summary>Writes an event about the log itself. Returns whether the kernel has it.</summary>
    public bool Write(AuditEvent auditEvent) => (reserve ?? requests).Write(auditEvent);

    /// <summary>Counts a line that was not written to any output while a write hangs. Any thread may call this.</summary>
    public void Lose(PendingLine line) => (line.IsReserve ? reserve! : requests).Lose();

    /// <summary>Takes the chains away from the thread that hangs. Called by another thread.</summary>
    /// <returns>The writer of both chains until <see cref="TakeUp"/> is called, or null if their lines are refused meanwhile.</returns>
    public FallbackChains? GiveUp()
    {
        var reserved = reserve?.GiveUp();
        return requests.GiveUp() is { } fallback ? new FallbackChains(fallback, reserved, time) : null;
    }

    /// <summary>Gives the chains back to their thread once its call has returned. Writes nothing, so this cannot hang.</summary>
    /// <param name="fallback">The writer that was used meanwhile and has stopped, or null.</param>
    public void TakeUp(FallbackChains? fallback)
    {
        reserve?.TakeUp(fallback?.Reserve);
        requests.TakeUp(fallback?.Requests);
    }

    /// <summary>Continues after <see cref="TakeUp"/>: each chain records what happened to its lines meanwhile.</summary>
    public void Resume()
    {
        // The reserve goes first, because it records the segments that the request chain removes for its next segment.
        reserve?.Resume();
        requests.Resume();
    }

    /// <summary>Does the work that is due by time.</summary>
    public void Tick()
    {
        // The reserve goes first, because it records the segments that the request chain removes for its first segment.
        reserve?.Tick();
        requests.Tick();
    }

    /// <summary>Removes segments that are too old or exceed the limit.</summary>
    public void MakeRoom()
    {
        reserve?.MakeRoom();
        requests.MakeRoom();
    }

    /// <summary>Sends the head of each chain to stdout and to the observer.</summary>
    public void Checkpoint()
    {
        requests.Checkpoint();
        reserve?.Checkpoint();
    }

    public void Dispose()
    {
        requests.Dispose();
        reserve?.Dispose();
    }
}

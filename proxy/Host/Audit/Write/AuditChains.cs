using ImdsProxy.Core.Audit;

namespace ImdsProxy.Audit.Write;

/// <summary>
/// The chains of a process: the one of requests and the reserve, or one for all. One thread at a time uses them, so that the
/// reserve can tell of a removal right before it happens. That thread loses both where it hangs in either.
/// </summary>
/// <param name="requests">Writes what goes to no reserve.</param>
/// <param name="reserve">Writes the reserve, or null where there is none.</param>
/// <param name="mostBytes">The most that is written at once: what does not fit into a segment is divided.</param>
/// <param name="clock">The clock.</param>
internal sealed class AuditChains(AuditWriter requests, AuditWriter? reserve, long mostBytes, TimeProvider clock) : IDisposable
{
    private readonly ChainSorter _sorter = new(requests, reserve, mostBytes);

    /// <summary>Why records can be written nowhere, be it those of one chain only; or null.</summary>
    public string? Failure => requests.Failure ?? reserve?.Failure;

    /// <summary>Why records do not go to the directory, or null while they do.</summary>
    public string? Degraded => requests.Degraded ?? reserve?.Degraded;

    /// <summary>Writes lines, each to its chain, and notes on each whether it is with the kernel.</summary>
    public void Write(ReadOnlySpan<PendingLine> lines) => _sorter.Write(lines);

    /// <summary>Writes an event of the log's own. True once it is with the kernel.</summary>
    public bool Write(AuditEvent auditEvent) => (reserve ?? requests).Write(auditEvent);

    /// <summary>Counts a line that was written nowhere while a write hangs, for the chain that it belongs to. Any thread may call it.</summary>
    public void Lose(PendingLine line) => (line.IsReserve ? reserve! : requests).Lose();

    /// <summary>Takes the chains away from the thread that hangs. Called by another thread.</summary>
    /// <returns>Writes both meanwhile, or null where nobody does.</returns>
    public FallbackChains? GiveUp()
    {
        var reserved = reserve?.GiveUp();
        return requests.GiveUp() is { } fallback ? new FallbackChains(fallback, reserved, clock) : null;
    }

    /// <summary>Gives the chains back to their thread, once that hangs no longer. Writes nothing yet, so that it can't hang.</summary>
    /// <param name="fallback">What has written meanwhile, and no longer does; or null.</param>
    public void TakeUp(FallbackChains? fallback)
    {
        reserve?.TakeUp(fallback?.Reserve);
        requests.TakeUp(fallback?.Requests);
    }

    /// <summary>Goes on after <see cref="TakeUp"/>: each chain tells what became of its records meanwhile.</summary>
    public void Resume()
    {
        // What the other chain removes for its next segment is told by the reserve.
        reserve?.Resume();
        requests.Resume();
    }

    /// <summary>What is due by time alone.</summary>
    public void Tick()
    {
        // What the other chain removes for its first segment is told by the reserve.
        reserve?.Tick();
        requests.Tick();
    }

    /// <summary>Removes segments that are too old or too many.</summary>
    public void MakeRoom()
    {
        reserve?.MakeRoom();
        requests.MakeRoom();
    }

    /// <summary>Tells where the chains stand, to stdout and to the observer.</summary>
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

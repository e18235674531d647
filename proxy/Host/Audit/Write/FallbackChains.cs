namespace ImdsProxy.Audit.Write;

/// <summary>
/// Writes both chains to stdout while a write to the directory hangs. Each round has one deadline for both chains. Lines that
/// stdout has not accepted by the deadline are refused.
/// </summary>
/// <param name="requests">Writes the lines that do not go to the reserve.</param>
/// <param name="reserve">Writes the reserve, or null if there is no reserve.</param>
/// <param name="time">The clock, for the deadline.</param>
internal sealed class FallbackChains(FallbackWriter requests, FallbackWriter? reserve, TimeProvider time) : IDisposable
{
    private readonly ChainSorter _sorter = new(requests, reserve);

    public FallbackWriter Requests => requests;

    public FallbackWriter? Reserve => reserve;

    /// <summary>Writes the lines in doubt of both chains.</summary>
    /// <param name="records">The lines in doubt for which a caller waits.</param>
    public void WriteDoubt(IReadOnlyList<PendingLine> records)
    {
        BeginRound();
        var (isReserveWritten, isWritten) = (reserve?.WriteDoubt() ?? true, requests.WriteDoubt());
        foreach (var line in records)
        {
            line.State = (line.IsReserve ? isReserveWritten : isWritten) ? LineState.Written : LineState.Refused;
        }
    }

    /// <summary>Writes each line to its chain, and sets the state of each line.</summary>
    public void Write(ReadOnlySpan<PendingLine> lines)
    {
        BeginRound();
        _sorter.Write(lines);
    }

    public void Dispose()
    {
        requests.Dispose();
        reserve?.Dispose();
    }

    private void BeginRound()
    {
        requests.Began = time.GetTimestamp();
        reserve?.Began = requests.Began;
    }
}

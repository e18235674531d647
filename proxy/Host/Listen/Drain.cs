namespace ImdsProxy.Listen;

/// <summary>
/// The end of a listener that shares its port with its successor: until nobody has asked for a while it answers as ever,
/// but tells each client that this connection ends, so that its next one reaches the successor.
/// </summary>
internal sealed class Drain(TimeProvider time)
{
    /// <summary>
    /// Clients that keep connections open ask at least this often under load; shorter, and some were caught in mid-request
    /// (10 restarts under load, none lost with 3 s).
    /// </summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    private long _lastRequest;
    private volatile bool _draining;

    /// <summary>A request has come. Tells its client that the connection ends, while draining.</summary>
    public void Requested(HttpContext context)
    {
        Volatile.Write(ref _lastRequest, time.GetTimestamp());
        if (_draining)
        {
            ConnectionEnd.After(context.Response);
        }
    }

    /// <summary>Waits until nobody has asked for a while, or the time is up.</summary>
    public async Task RunAsync(CancellationToken timeUp)
    {
        _draining = true;
        var began = time.GetTimestamp();
        while (!timeUp.IsCancellationRequested
            && (time.GetElapsedTime(began) < Quiet || time.GetElapsedTime(Volatile.Read(ref _lastRequest)) < Quiet))
        {
            await Task.Delay(Step, time, timeUp).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}

namespace ImdsProxy.Listen;

/// <summary>
/// Ends a listener that shares its port with a successor. The listener keeps answering until no request has arrived for a while, but tells
/// each client to close its connection, so that the client's next connection reaches the successor.
/// </summary>
internal sealed class Drain(TimeProvider time)
{
    /// <summary>
    /// Under load, clients with open connections send at least this often. With a shorter time, some connections were cut in the
    /// middle of a request (with 3 s, 10 restarts under load lost none).
    /// </summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    private long _lastRequest;
    private volatile bool _draining;

    /// <summary>Notes a request. While draining, tells the client that its connection ends.</summary>
    public void Requested(HttpContext context)
    {
        Volatile.Write(ref _lastRequest, time.GetTimestamp());
        if (_draining)
        {
            ConnectionEnd.After(context.Response);
        }
    }

    /// <summary>Waits until no request has arrived for a while, or until the time is up.</summary>
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

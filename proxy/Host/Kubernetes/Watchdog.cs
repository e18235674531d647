namespace ImdsProxy.Kubernetes;

/// <summary>Cancels its token unless it is fed regularly.</summary>
internal sealed class Watchdog : IDisposable
{
    private readonly TimeSpan _patience;
    private readonly CancellationToken _cancellation;
    private readonly CancellationTokenSource _bite;
    private readonly CancellationTokenSource _either;

    public Watchdog(TimeSpan patience, TimeProvider time, CancellationToken cancellation)
    {
        _patience = patience;
        _cancellation = cancellation;
        _bite = new CancellationTokenSource(patience, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_bite.Token, cancellation);
    }

    public CancellationToken Token => _either.Token;

    /// <summary>Whether the timeout, not the caller, cancelled the token.</summary>
    public bool Bit => _bite.IsCancellationRequested && !_cancellation.IsCancellationRequested;

    public void Feed() => _bite.CancelAfter(_patience);

    public void Dispose()
    {
        _either.Dispose();
        _bite.Dispose();
    }
}

namespace ImdsProxy.Forward;

/// <summary>The time that one request to IMDS may take, until it is disposed of.</summary>
internal readonly struct Deadline : IDisposable
{
    private readonly Deadlines _all;
    private readonly CancellationTokenSource _source;
    private readonly CancellationTokenRegistration _gone;

    public Deadline(Deadlines all, CancellationTokenSource source, CancellationToken gone)
    {
        _all = all;
        _source = source;
        _gone = gone.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), source);
    }

    /// <summary>Is cancelled when the time is up, or nobody waits any more.</summary>
    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        // Waits for a cancellation that is under way, so that it does not reach the next request.
        _gone.Dispose();
        _all.GiveBack(_source);
    }
}

namespace ImdsProxy.FakeImds;

/// <summary>IMDS's documented limits for one VM. The identity endpoints have separate limits.</summary>
internal sealed class ImdsLimits(TimeProvider time)
{
    private const int PerSecond = 5;
    private const int IdentityPerSecond = 20;
    private const int IdentityAtOnce = 5;

    private readonly RateWindow _general = new(PerSecond, time);
    private readonly RateWindow _identity = new(IdentityPerSecond, time);
    private int _identityNow;

    /// <summary>Whether a request is within the limits. If so, the caller must call <see cref="Leave"/> when the request is done.</summary>
    public bool TryEnter(string path) => IsIdentity(path) ? TryEnterIdentity() : _general.TryTake();

    public void Leave(string path)
    {
        if (IsIdentity(path))
        {
            Interlocked.Decrement(ref _identityNow);
        }
    }

    private bool TryEnterIdentity()
    {
        if (Interlocked.Increment(ref _identityNow) <= IdentityAtOnce && _identity.TryTake())
        {
            return true;
        }

        Interlocked.Decrement(ref _identityNow);
        return false;
    }

    private static bool IsIdentity(string path) => path.StartsWith("/metadata/identity/", StringComparison.Ordinal);
}

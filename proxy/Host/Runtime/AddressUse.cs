namespace ImdsProxy.Runtime;

/// <summary>The share of a listener that one source address uses at this moment.</summary>
internal sealed class AddressUse
{
    private int _requests;

    /// <summary>The open connections of the address. Only <see cref="OpenConnections"/> uses this list.</summary>
    public List<OpenConnection> Connections { get; } = [];

    /// <summary>Counts a request in flight, unless the limit has been reached.</summary>
    public bool TryBegin(int limit)
    {
        if (Interlocked.Increment(ref _requests) <= limit)
        {
            return true;
        }

        Interlocked.Decrement(ref _requests);
        return false;
    }

    public void End() => Interlocked.Decrement(ref _requests);
}

namespace ImdsProxy.Runtime;

/// <summary>What one source address uses of a listener at this moment.</summary>
internal sealed class AddressUse
{
    private int _requests;

    /// <summary>Its open connections. Belongs to <see cref="OpenConnections"/>.</summary>
    public List<OpenConnection> Connections { get; } = [];

    /// <summary>Takes a request in flight, unless there are this many already.</summary>
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

namespace ImdsProxy.Listen;

/// <summary>What one source address uses of the proxy at this moment.</summary>
internal sealed class CallerSlots
{
    private int _connections;
    private int _requests;

    /// <summary>Open connections; -1 once the last is gone and the entry is no longer used.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Takes a connection, unless there are this many already.</summary>
    public SlotResult TryConnect(int limit)
    {
        while (true)
        {
            var now = Volatile.Read(ref _connections);
            if (now < 0)
            {
                return SlotResult.Gone;
            }

            if (now >= limit)
            {
                return SlotResult.Full;
            }

            if (Interlocked.CompareExchange(ref _connections, now + 1, now) == now)
            {
                return SlotResult.Taken;
            }
        }
    }

    /// <summary>Gives a connection back. True where it was the last, and the entry is to be dropped.</summary>
    public bool Disconnect() =>
        Interlocked.Decrement(ref _connections) == 0 && Interlocked.CompareExchange(ref _connections, -1, 0) == 0;

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

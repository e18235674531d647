using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Connections;

namespace ImdsProxy.Listen;

/// <summary>Bounds the connections of each source address, so that no pod can use up those of all.</summary>
internal sealed class CallerGate(int limit, IConnectionObserver observer)
{
    private readonly ConcurrentDictionary<IPAddress, CallerSlots> _callers = new();

    /// <summary>Runs a connection if its caller may have one more; ends it at once if not.</summary>
    public async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if (connection.RemoteEndPoint is not IPEndPoint { Address: var address } || Take(address) is not { } slots)
        {
            observer.Refused();
            connection.Abort(new ConnectionAbortedException("this caller has as many connections as it may have"));
            return;
        }

        connection.Features.Set(slots);
        observer.Opened();
        try
        {
            await next(connection);
        }
        finally
        {
            observer.Closed();
            if (slots.Disconnect())
            {
                _callers.TryRemove(KeyValuePair.Create(address, slots));
            }
        }
    }

    private CallerSlots? Take(IPAddress address)
    {
        while (true)
        {
            var slots = _callers.GetOrAdd(address, static _ => new CallerSlots());
            switch (slots.TryConnect(limit))
            {
                case SlotResult.Taken:
                    return slots;
                case SlotResult.Full:
                    return null;
                default:
                    _callers.TryRemove(KeyValuePair.Create(address, slots));
                    break;
            }
        }
    }
}

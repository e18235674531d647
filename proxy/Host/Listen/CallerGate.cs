using System.Collections.Concurrent;
using System.Net;
using ImdsProxy.Runtime;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace ImdsProxy.Listen;

/// <summary>
/// Lets connections in: those that the redirect brought, where that is required, and no more of one source address than
/// it may have, so that no pod can use up those of all.
/// </summary>
internal sealed class CallerGate(ListenOptions options, IConnectionObserver observer)
{
    /// <summary>What pods ask for: the redirect turns nothing else here.</summary>
    private static readonly IPEndPoint Imds = new(new IPAddress([169, 254, 169, 254]), 80);

    private readonly ConcurrentDictionary<IPAddress, CallerSlots> _callers = new();

    /// <summary>Runs a connection if it may come in; ends it at once if not.</summary>
    public async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if (Enter(connection) is not { } slots)
        {
            return;
        }

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
                _callers.TryRemove(KeyValuePair.Create(((IPEndPoint)connection.RemoteEndPoint!).Address, slots));
            }
        }
    }

    private CallerSlots? Enter(ConnectionContext connection)
    {
        var socket = connection.Features.Get<IConnectionSocketFeature>()?.Socket;
        if (options.RequireOriginalDestination && (socket is null || !Imds.Equals(ConnectionOrigin.OriginalDestination(socket))))
        {
            Refuse(connection, ConnectionRefusal.NotRedirected);
            return null;
        }

        if (connection.RemoteEndPoint is not IPEndPoint { Address: var address } || Take(address) is not { } slots)
        {
            Refuse(connection, ConnectionRefusal.CallerLimit);
            return null;
        }

        var index = socket is null ? 0 : ConnectionOrigin.InterfaceIndex(socket);
        connection.Features.Set(new CallerConnection(slots, index, InterfaceNames.Of(index)));
        return slots;
    }

    private void Refuse(ConnectionContext connection, ConnectionRefusal why)
    {
        observer.Refused(why);
        connection.Abort(new ConnectionAbortedException("refused"));
    }

    private CallerSlots? Take(IPAddress address)
    {
        while (true)
        {
            var slots = _callers.GetOrAdd(address, static _ => new CallerSlots());
            switch (slots.TryConnect(options.MaxConnectionsPerCaller))
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

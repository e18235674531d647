using System.Net;
using System.Net.Sockets;
using ImdsProxy.Core.Callers;
using Microsoft.AspNetCore.Connections;

namespace ImdsProxy.Listen;

/// <summary>Handles the connections that come from the node's own network.</summary>
internal interface IHostConnections
{
    /// <summary>Whether an address is one of this node's own.</summary>
    bool IsLocal(IPAddress address);

    /// <summary>
    /// Finds the owner of a redirected connection. Completes at once, unless the owner's cgroup is new.
    /// </summary>
    /// <param name="accepted">The connection. Nothing may have been sent on it.</param>
    /// <param name="client">The client's address and port.</param>
    /// <param name="interfaceIndex">The interface that the connection came through.</param>
    /// <param name="gone">Ends the wait.</param>
    ValueTask<SocketOwner> FindAsync(Socket accepted, IPEndPoint client, int interfaceIndex, CancellationToken gone);

    /// <summary>Passes the bytes of a process of the node on to IMDS. Returns whether both sides ended in an orderly way.</summary>
    Task<bool> RelayAsync(ConnectionContext connection, IPEndPoint client, SocketOwner.OfNode node);

    /// <summary>Answers a connection that was not redirected: the probe of the redirect. Any other gets no answer.</summary>
    Task AnswerDirectAsync(ConnectionContext connection, Socket accepted, IPEndPoint client);

    /// <summary>Waits until the node's traffic is no longer redirected here.</summary>
    Task LeaveAsync(CancellationToken timeUp);
}

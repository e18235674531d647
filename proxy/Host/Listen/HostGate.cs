using System.Net;
using System.Net.Sockets;
using ImdsProxy.Core.Callers;
using ImdsProxy.Runtime;
using Microsoft.AspNetCore.Connections;

namespace ImdsProxy.Listen;

/// <summary>
/// Sorts the connections that come from the node's own network, once for each connection: a pod's go the way of all pods, the node's own are
/// passed on, and those that were made directly get at most the answer to a probe.
/// </summary>
/// <param name="host">Finds owners and relays.</param>
/// <param name="parts">The clock and the observer.</param>
internal sealed class HostGate(IHostConnections host, ListenerParts parts)
{
    /// <summary>The key of connections whose owner is not known yet. All share one, so that they can't take the connections of known pods.</summary>
    private const string Pending = "?";

    private readonly OpenConnections _relayed = new(ListenOptions.NodeConnections, ListenOptions.NodeConnectionsPerUnit);
    private int _direct;

    /// <summary>Admits a connection to the share of its caller. Returns false if it was refused.</summary>
    public delegate ValueTask<bool> Admit(OpenConnection open);

    /// <summary>Whether an address is one of this node's own.</summary>
    public bool IsLocal(IPAddress address) => host.IsLocal(address);

    /// <summary>Answers a connection that was made directly to the listener.</summary>
    public async Task AnswerDirectAsync(ConnectionContext connection, Socket accepted, IPEndPoint client)
    {
        try
        {
            if (Interlocked.Increment(ref _direct) <= ListenOptions.DirectConnections)
            {
                await host.AnswerDirectAsync(connection, accepted, client);
            }
            else
            {
                Refuse(connection, ConnectionRefusal.NotRedirected);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _direct);
        }
    }

    /// <summary>Finds the owner of a redirected connection.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="accepted">Its socket.</param>
    /// <param name="client">The client's address and port.</param>
    /// <param name="admit">Admits the connection while its owner is not known yet.</param>
    /// <param name="remove">Ends that admission.</param>
    /// <returns>The owner, or null if the connection was refused.</returns>
    public async ValueTask<SocketOwner?> FindAsync(
        ConnectionContext connection, Socket accepted, IPEndPoint client, Admit admit, Action<OpenConnection> remove)
    {
        var finding = host.FindAsync(accepted, client, ConnectionOrigin.InterfaceIndex(accepted), connection.ConnectionClosed);
        if (finding.IsCompleted)
        {
            return await finding;
        }

        var pending = new OpenConnection(connection, new CallerKey(client.Address, Pending), parts.Time.GetTimestamp());
        if (!await admit(pending))
        {
            return null;
        }

        try
        {
            return await finding;
        }
        finally
        {
            remove(pending);
        }
    }

    /// <summary>The share of limits that a pod, or sockets without an owner, use.</summary>
    public static CallerKey KeyOf(IPEndPoint client, SocketOwner owner) => new(client.Address, owner is SocketOwner.OfPod { Uid: var uid } ? uid : "");

    /// <summary>Passes the node's own bytes on.</summary>
    public async Task RelayAsync(ConnectionContext connection, IPEndPoint client, SocketOwner.OfNode node)
    {
        var open = new OpenConnection(connection, new CallerKey(client.Address, node.Unit), parts.Time.GetTimestamp());
        if (_relayed.TryAdd(open, out var displaced) != Admission.Admitted)
        {
            Refuse(connection, ConnectionRefusal.NodeLimit);
            return;
        }

        displaced?.Abort("made room for a unit with fewer connections");
        parts.Observer.Opened();
        try
        {
            if (!await host.RelayAsync(connection, client, node))
            {
                connection.Abort(new ConnectionAbortedException("the other side broke off"));
            }
        }
        finally
        {
            _relayed.Remove(open);
            parts.Observer.Closed();
        }
    }

    /// <inheritdoc cref="IHostConnections.LeaveAsync"/>
    public Task LeaveAsync(CancellationToken timeUp) => host.LeaveAsync(timeUp);

    private void Refuse(ConnectionContext connection, ConnectionRefusal why)
    {
        parts.Observer.Refused(why);
        connection.Abort(new ConnectionAbortedException("refused"));
    }
}

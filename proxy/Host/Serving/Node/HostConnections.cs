using System.Net;
using System.Net.Sockets;
using ImdsProxy.Core.Callers;
using ImdsProxy.Enforce;
using ImdsProxy.HostPods;
using ImdsProxy.Listen;
using ImdsProxy.Metrics;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace ImdsProxy.Serving.Node;

/// <summary>Connects the data listener to the room that tells callers in the node's network apart.</summary>
internal sealed class HostConnections(HostCallers callers, NodeRelay relay, NodeRecords records, ProxyMetrics metrics) : IHostConnections
{
    public bool IsLocal(IPAddress address) => callers.IsLocal(address);

    public async ValueTask<SocketOwner> FindAsync(Socket accepted, IPEndPoint client, int interfaceIndex, CancellationToken gone) =>
        Counted(await callers.FindAsync(accepted, client, interfaceIndex, gone));

    public Task<bool> RelayAsync(ConnectionContext connection, IPEndPoint client, SocketOwner.OfNode node)
    {
        var heads = new RequestHeads(head => records.Write(client, node.Unit, connection.ConnectionId, head));
        var leaving = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? default;
        return relay.RunAsync(connection.Transport, heads, leaving, connection.ConnectionClosed);
    }

    public Task AnswerDirectAsync(ConnectionContext connection, Socket accepted, IPEndPoint client) =>
        connection.LocalEndPoint is IPEndPoint listener
            ? callers.AnswerDirectAsync(connection.Transport, accepted, client, listener, connection.ConnectionClosed)
            : Task.CompletedTask;

    public Task LeaveAsync(CancellationToken timeUp) => callers.LeaveAsync(timeUp);

    private SocketOwner Counted(SocketOwner owner)
    {
        metrics.HostConnection(owner switch
        {
            SocketOwner.OfPod => "pod",
            SocketOwner.OfNode => "node",
            SocketOwner.Proxy => "proxy",
            _ => "unknown",
        });
        return owner;
    }
}

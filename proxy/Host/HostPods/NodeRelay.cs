using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;

namespace ImdsProxy.HostPods;

/// <summary>
/// Passes the bytes of the node's own processes on to IMDS and back. It neither parses nor changes them: node agents send what the strict
/// parser refuses, and the node must never lose IMDS because of the proxy.
/// </summary>
/// <param name="upstream">The address of IMDS.</param>
/// <param name="time">The clock.</param>
internal sealed class NodeRelay(EndPoint upstream, TimeProvider time)
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Relays a connection until both sides have ended. Returns whether it ended in an orderly way.</summary>
    /// <param name="client">The client's connection.</param>
    /// <param name="heads">Sees what the client sends.</param>
    /// <param name="leaving">Says that the proxy ends. The relay then ends between two requests.</param>
    /// <param name="gone">Ends the relay because the client's connection was closed.</param>
    public async Task<bool> RunAsync(IDuplexPipe client, RequestHeads heads, CancellationToken leaving, CancellationToken gone)
    {
        using var imds = new Socket(SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
            ReceiveBufferSize = RelayedConnection.Piece,
            SendBufferSize = RelayedConnection.Piece,
        };
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(gone);
        try
        {
            using (var patience = new CancellationTokenSource(ConnectTimeout, time))
            using (var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, ending.Token))
            {
                await imds.ConnectAsync(upstream, either.Token);
            }

            using var relayed = new RelayedConnection(client, imds, heads, ending, time);
            using var registration = leaving.UnsafeRegister(static relayed => ((RelayedConnection)relayed!).Leave(), relayed);
            return await relayed.RunAsync();
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // IMDS can't be reached. The client sees its connection reset.
            return false;
        }
    }
}

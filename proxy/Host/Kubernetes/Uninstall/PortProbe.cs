using System.Net;
using System.Net.Sockets;

namespace ImdsProxy.Kubernetes.Uninstall;

/// <summary>
/// Checks from outside whether the rules of a node are gone. The rules drop everything sent directly to the proxy's port, so any
/// answer, even a refused connection, shows that the rules are gone. Silence proves nothing.
/// </summary>
internal static class PortProbe
{
    // Three SYNs, a second apart.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public static async Task<bool> AnswersAsync(IPEndPoint address, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(address, limit.Token);
            return true;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode is SocketError.ConnectionRefused or SocketError.ConnectionReset;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }
}

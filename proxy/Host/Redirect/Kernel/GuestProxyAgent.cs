using System.Net;
using System.Net.Sockets;
using ImdsProxy.Redirect.Rules;

namespace ImdsProxy.Redirect.Kernel;

/// <summary>
/// Finds out whether Azure's Guest Proxy Agent (Metadata Security Protocol) takes connections to IMDS. Its eBPF program changes
/// the destination inside the caller's own <c>connect</c>, in every cgroup, so no packet for IMDS reaches iptables.
/// </summary>
internal static class GuestProxyAgent
{
    /// <summary>Where the agent listens (its <c>redirector/linux.rs</c>).</summary>
    public static readonly IPEndPoint Address = new(IPAddress.Loopback, 3080);

    private static readonly IPEndPoint Imds = new(IPAddress.Parse(KnownAddresses.Imds), KnownAddresses.ImdsPort);

    // The node reaches IMDS within milliseconds. A node without IMDS must not delay a check for long.
    private static readonly TimeSpan ShortPatience = TimeSpan.FromSeconds(5);

    /// <summary>The finding for <c>redirect check</c>, or null if this node's connections to IMDS are not taken.</summary>
    public static async Task<string?> BlockerAsync(CancellationToken cancellation) =>
        await InterceptsNodeAsync(cancellation) == true
            ? $"taken: a connection from this node to 169.254.169.254:80 ends at {Address}, where Azure's Guest Proxy Agent listens: pods' requests do not reach the redirect"
            : null;

    /// <summary>Whether the agent takes this node's connections; null if nothing is known.</summary>
    public static Task<bool?> InterceptsNodeAsync(CancellationToken cancellation) => InterceptsAsync(setsTrap: false, ShortPatience, cancellation);

    /// <summary>Connects to IMDS and asks the kernel where the connection ended.</summary>
    /// <param name="setsTrap">
    /// Whether to listen at the agent's address meanwhile. An ordinary pod needs that: its connection is sent to its own loopback,
    /// where nothing listens. On the node, the agent itself listens there.
    /// </param>
    /// <param name="patience">The time limit.</param>
    /// <param name="cancellation">Ends the attempt early.</param>
    /// <returns>Null if no connection was established, so that nothing is known.</returns>
    public static async Task<bool?> InterceptsAsync(bool setsTrap, TimeSpan patience, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(patience);
        try
        {
            using var trap = setsTrap ? Trap() : null;
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(Imds, limit.Token);

            // The kernel's own answer (getpeername). It names the changed destination.
            return Address.Equals(socket.RemoteEndPoint);
        }
        catch (Exception e) when (e is SocketException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return null;
        }
    }

    private static Socket? Trap()
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(Address);
            listener.Listen(1);
            return listener;
        }
        catch (SocketException)
        {
            // Another program listens there already, and accepts the connection in our place.
            listener.Dispose();
            return null;
        }
    }
}

using System.Net;
using System.Net.Sockets;
using ImdsProxy.Runtime;

namespace ImdsProxy.Kubernetes;

/// <summary>Creates the HTTP client for an API server.</summary>
internal static class KubeConnection
{
    /// <summary>
    /// Creates a client with the trust configured in <paramref name="settings"/>. It uses no proxy, follows no redirects, and does not ask
    /// for compression, with which the server would hold watch events in its buffer.
    /// </summary>
    public static HttpClient Open(KubeSettings settings)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ActivityHeadersPropagator = null,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            // Long enough to reuse connections, and short enough to notice when the API server has moved.
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            ConnectCallback = ConnectAsync,
            PlaintextStreamFilter = static (context, _) => ValueTask.FromResult<Stream>(new PooledStream(context.PlaintextStream)),
        };
        handler.SslOptions.RemoteCertificateValidationCallback = new KubeTrust(settings.CaFile).Validate;
        return new HttpClient(handler)
        {
            BaseAddress = settings.Server,
            Timeout = Timeout.InfiniteTimeSpan,
            DefaultRequestVersion = HttpVersion.Version11,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
    }

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            KeepAlive(socket);
            await socket.ConnectAsync(context.DnsEndPoint, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    // 20 + 4 x 5 s: detects a firewall that dropped the connection before the watchdog fires.
    private static void KeepAlive(Socket socket)
    {
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, optionValue: true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 20);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 5);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 4);
    }
}

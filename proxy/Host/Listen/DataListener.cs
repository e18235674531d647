using System.Net;
using System.Net.Sockets;
using ImdsProxy.Runtime;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace ImdsProxy.Listen;

/// <summary>The listener for pods: HTTP/1.1, one handler, tight limits, and nothing else.</summary>
internal sealed class DataListener : IAsyncDisposable
{
    private readonly HttpServer _server;
    private readonly Drain _drain;
    private readonly CallerGate _gate;
    private Socket? _socket;

    private DataListener(ListenOptions options, ListenerParts parts)
    {
        _drain = parts.Drain;
        _gate = new CallerGate(options, parts);
        _server = new HttpServer(
            parts.Handler, parts.Logging, kestrel => Configure(kestrel, options, _gate), Configure, RefusedRequests.Listen(parts.Refused));
    }

    /// <summary>The address of the listener, with its actual port.</summary>
    public IPEndPoint EndPoint { get; private set; } = new(IPAddress.None, 0);

    /// <summary>Creates the server and listens.</summary>
    /// <exception cref="IOException">The address is not available.</exception>
    public static async Task<DataListener> StartAsync(ListenOptions options, ListenerParts parts, CancellationToken cancellation)
    {
        var listener = new DataListener(options, parts);
        try
        {
            await listener.StartAsync(cancellation);
            return listener;
        }
        catch
        {
            await listener.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Stops without losing a request. If a successor shares the port, clients are first moved over to it; otherwise the redirect is first told to leave the
    /// node's own traffic alone. Then requests in flight are completed and idle connections are closed.
    /// </summary>
    public async Task StopAsync(CancellationToken timeUp)
    {
        if (ListeningSockets.Count(EndPoint.Port) > 1)
        {
            await _drain.RunAsync(timeUp);
        }
        else
        {
            await _gate.LeaveAsync(timeUp);
        }

        await _server.StopAsync(timeUp);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _gate.Dispose();
    }

    private async Task StartAsync(CancellationToken cancellation)
    {
        await _server.StartAsync(cancellation);
        SharedSocket.PreferNewest(_socket!);
        EndPoint = BoundAddresses.EndPointOf(_server.Addresses.Single());
    }

    private void Configure(SocketTransportOptions transport)
    {
        transport.CreateBoundListenSocket = Bind;

        // Without TLS, these options bound Kestrel's buffers for a connection; Kestrel's own limits of the same names have no effect.
        transport.MaxReadBufferSize = ListenOptions.PipeBuffer;
        transport.MaxWriteBufferSize = ListenOptions.PipeBuffer;

        // Nothing on the path of a request blocks, so the receiving thread also answers the request (docs/decisions/0015).
        transport.UnsafePreferInlineScheduling = true;

        // This setting saves one system call for each request, and costs 4 KB for each idle connection.
        transport.WaitForDataBeforeAllocatingBuffer = false;
    }

    private Socket Bind(EndPoint endPoint)
    {
        _socket = SharedSocket.Bind(endPoint);

        // Accepted connections inherit these options.
        _socket.ReceiveBufferSize = ListenOptions.SocketBuffer;
        _socket.SendBufferSize = ListenOptions.SocketBuffer;
        ConnectionOrigin.NoteInterfaces(_socket);
        return _socket;
    }

    private static void Configure(KestrelServerOptions kestrel, ListenOptions options, CallerGate gate)
    {
        var limits = kestrel.Limits;
        // The gate bounds the served connections, and displaces a connection for a newcomer. This limit also covers waiting newcomers
        // and connections that are held before they are refused.
        limits.MaxConcurrentConnections =
            options.MaxConnections + ListenOptions.WaitingConnections + ListenOptions.HeldConnections + ListenOptions.DirectConnections;
        limits.MaxConcurrentUpgradedConnections = 0;
        limits.MaxRequestLineSize = options.MaxRequestLine;
        limits.MaxRequestHeadersTotalSize = options.MaxHeaders;
        limits.MaxRequestHeaderCount = options.MaxHeaderCount;

        // BodyReader answers a body above MaxBody itself. This limit applies only if BodyReader fails.
        limits.MaxRequestBodySize = options.MaxBody * 2;

        // The gate ends connections of clients that do not read. Counting the bytes of each answer as well would cost a lock.
        limits.MinResponseDataRate = null;
        limits.RequestHeadersTimeout = options.HeadersTimeout;
        limits.KeepAliveTimeout = options.KeepAlive;
        kestrel.Listen(options.EndPoint, listen => listen.Use(next => connection => gate.RunAsync(connection, next)));
    }
}

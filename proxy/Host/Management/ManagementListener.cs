using System.Net;
using System.Net.Sockets;
using ImdsProxy.Runtime;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ImdsProxy.Management;

/// <summary>The management listener. It has its own Kestrel server, so that it answers during a flood on the data listener.</summary>
internal sealed class ManagementListener : IAsyncDisposable
{
    private readonly HttpServer _server;
    private readonly UnixDomainSocketEndPoint? _socket;

    private ManagementListener(HttpServer server, ManagementOptions options)
    {
        _server = server;
        _socket = options.Management as UnixDomainSocketEndPoint;
        var bound = server.Addresses;
        Management = _socket ?? (EndPoint)BoundAddresses.EndPointOf(bound[0]);
        Metrics = options.Metrics is null ? null : BoundAddresses.EndPointOf(bound[1]);
    }

    /// <summary>The address of the listener, with its actual port.</summary>
    public EndPoint Management { get; }

    /// <summary>The address of the metrics listener, with its actual port, or null.</summary>
    public IPEndPoint? Metrics { get; }

    /// <summary>Starts listening. Throws <see cref="IOException"/> if an address is not available.</summary>
    public static async Task<ManagementListener> StartAsync(ManagementOptions options, ManagementPages pages, ILoggerFactory logging, CancellationToken cancellation)
    {
        if (options.Management is UnixDomainSocketEndPoint socket)
        {
            ManagementSocket.RemoveStale(socket);
        }

        var sockets = new List<Socket>();
        var server = Create(options, pages, logging, sockets);
        try
        {
            await server.StartAsync(cancellation);

            // Of two processes that share the port, the newer one answers, as on the data listener.
            sockets.ForEach(SharedSocket.PreferNewest);
            return new ManagementListener(server, options);
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync(CancellationToken.None);
        await _server.DisposeAsync();
        if (_socket is not null)
        {
            File.Delete(_socket.ToString());
        }
    }

    private static HttpServer Create(ManagementOptions options, ManagementPages pages, ILoggerFactory logging, List<Socket> sockets)
    {
        var token = new ManagementToken(options.TokenFile, logging.CreateLogger<ManagementToken>());
        return new HttpServer(
            new ManagementMiddleware(pages, token, logging.CreateLogger<ManagementMiddleware>()).InvokeAsync,
            logging,
            kestrel => Configure(kestrel, options),
            transport => transport.CreateBoundListenSocket = endPoint => Bind(endPoint, sockets));
    }

    private static void Configure(KestrelServerOptions kestrel, ManagementOptions options)
    {
        ManagementLimits.Apply(kestrel);
        Listen(kestrel, options.Management, metricsOnly: false, TimeProvider.System);
        if (options.Metrics is { } metrics)
        {
            Listen(kestrel, metrics, metricsOnly: true, TimeProvider.System);
        }
    }

    private static Socket Bind(EndPoint endPoint, List<Socket> shared)
    {
        if (endPoint is UnixDomainSocketEndPoint)
        {
            return ManagementSocket.Bind(endPoint);
        }

        var socket = SharedSocket.Bind(endPoint);
        shared.Add(socket);
        return socket;
    }

    private static void Listen(KestrelServerOptions kestrel, EndPoint endPoint, bool metricsOnly, TimeProvider time)
    {
        var endpoint = new ManagementEndpoint(endPoint, metricsOnly);
        var connections = new ManagementConnections(time);
        kestrel.Listen(endPoint, listen => listen.Use(next => connection =>
        {
            connection.Features.Set(endpoint);
            return connections.RunAsync(connection, next);
        }));
    }
}

using System.Net;
using System.Net.Sockets;
using ImdsProxy.Runtime;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace ImdsProxy.Management;

/// <summary>The management listener. It has its own Kestrel server, so that it answers during a flood on the data listener.</summary>
internal sealed class ManagementListener : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly UnixDomainSocketEndPoint? _socket;

    private ManagementListener(WebApplication app, ManagementOptions options)
    {
        _app = app;
        _socket = options.Management as UnixDomainSocketEndPoint;
        var bound = BoundAddresses.Of(app);
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
        var app = Build(options, pages, logging, sockets);
        try
        {
            await app.StartAsync(cancellation);

            // Of two processes that share the port, the newer one answers, as on the data listener.
            sockets.ForEach(SharedSocket.PreferNewest);
            return new ManagementListener(app, options);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        if (_socket is not null)
        {
            File.Delete(_socket.ToString());
        }
    }

    private static WebApplication Build(ManagementOptions options, ManagementPages pages, ILoggerFactory logging, List<Socket> sockets)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(logging);
        builder.Services.AddSingleton<IHostLifetime, CommandLifetime>();
        builder.Services.Configure<SocketTransportOptions>(transport => transport.CreateBoundListenSocket = endPoint =>
            Bind(endPoint, sockets));
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            ManagementLimits.Apply(kestrel);
            Listen(kestrel, options.Management, metricsOnly: false, TimeProvider.System);
            if (options.Metrics is { } metrics)
            {
                Listen(kestrel, metrics, metricsOnly: true, TimeProvider.System);
            }
        });
        var app = builder.Build();
        var token = new ManagementToken(options.TokenFile, logging.CreateLogger<ManagementToken>());
        app.Run(new ManagementMiddleware(pages, token, logging.CreateLogger<ManagementMiddleware>()).InvokeAsync);
        return app;
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
        kestrel.Listen(endPoint, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.Use(next => connection =>
            {
                connection.Features.Set(endpoint);
                return connections.RunAsync(connection, next);
            });
        });
    }
}

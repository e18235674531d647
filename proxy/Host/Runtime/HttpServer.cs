using System.Diagnostics;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace ImdsProxy.Runtime;

/// <summary>
/// Kestrel with one handler, HTTP/1.1 only. A web application would add a host, configuration, routing and diagnostics of each request, which
/// the program does not use and would have to carry (docs/decisions/0037).
/// </summary>
internal sealed class HttpServer : IAsyncDisposable
{
    // The time for requests in flight, if the caller of StopAsync sets none. A web application has the same default.
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(30);

    private readonly ServiceProvider _services;
    private readonly IServer _server;
    private readonly HandlerApplication _application;

    /// <param name="handler">Handles all requests.</param>
    /// <param name="logging">Creates Kestrel's loggers.</param>
    /// <param name="configure">Sets addresses and limits.</param>
    /// <param name="transport">Sets the options of the sockets, or null.</param>
    /// <param name="events">Receives Kestrel's diagnostic events, or null.</param>
    public HttpServer(
        RequestDelegate handler,
        ILoggerFactory logging,
        Action<KestrelServerOptions> configure,
        Action<SocketTransportOptions>? transport = null,
        DiagnosticSource? events = null)
    {
        var services = new ServiceCollection()
            .AddSingleton(logging)
            .AddSingleton(typeof(ILogger<>), typeof(Logger<>))
            .AddSingleton(_ => events ?? new DiagnosticListener("ImdsProxy.Kestrel"))
            .AddMetrics()
            .Configure(transport ?? (static _ => { }));
        new ServerServices(services).UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.AllowSynchronousIO = false;
            kestrel.ConfigureEndpointDefaults(static listen => listen.Protocols = HttpProtocols.Http1);
            configure(kestrel);
        });
        _services = services.BuildServiceProvider();
        _server = _services.GetRequiredService<IServer>();
        _application = new HandlerApplication(handler);
    }

    /// <summary>The addresses on which the started server listens, with their actual ports, in the order in which they were requested.</summary>
    public IReadOnlyList<string> Addresses => [.. _server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses];

    /// <summary>Listens. A server that can't is disposed.</summary>
    /// <exception cref="IOException">An address is not available.</exception>
    public async Task StartAsync(CancellationToken cancellation)
    {
        try
        {
            await _server.StartAsync(_application, cancellation);
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    /// <summary>Completes requests in flight and closes idle connections. Aborts the rest when the time is up.</summary>
    public async Task StopAsync(CancellationToken timeUp)
    {
        using var longest = CancellationTokenSource.CreateLinkedTokenSource(timeUp);
        longest.CancelAfter(LongestStop);
        await _server.StopAsync(longest.Token);
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}

using System.Diagnostics;
using ImdsProxy.Runtime;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ImdsProxy.Listen;

/// <summary>The listener that pods reach, and nothing else on it: HTTP/1.1, one handler, tight limits.</summary>
internal static class DataListener
{
    /// <summary>Makes the server; it listens once it is started.</summary>
    /// <param name="options">Address and limits.</param>
    /// <param name="logging">Where Kestrel logs.</param>
    /// <param name="handler">Answers each request; made once the server's services are there.</param>
    /// <param name="observer">Counts connections.</param>
    /// <param name="refused">Hears of each request that Kestrel refuses by itself.</param>
    public static WebApplication Create(
        ListenOptions options,
        ILoggerFactory logging,
        Func<IServiceProvider, RequestDelegate> handler,
        IConnectionObserver observer,
        Action<IFeatureCollection> refused)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(logging);
        builder.Services.AddSingleton(typeof(ILogger<>), typeof(Logger<>));
        builder.Services.AddSingleton<IHostLifetime, CommandLifetime>();
        builder.Services.AddHttpForwarder();
        builder.Services.AddSingleton<DiagnosticSource>(_ => RefusedRequests.Listen(refused));
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Configure(kestrel, options, new CallerGate(options.MaxConnectionsPerCaller, observer)));
        var app = builder.Build();
        app.Run(handler(app.Services));
        return app;
    }

    private static void Configure(KestrelServerOptions kestrel, ListenOptions options, CallerGate gate)
    {
        kestrel.AddServerHeader = false;
        kestrel.AllowSynchronousIO = false;
        var limits = kestrel.Limits;
        limits.MaxConcurrentConnections = options.MaxConnections;
        limits.MaxConcurrentUpgradedConnections = 0;
        limits.MaxRequestLineSize = options.MaxRequestLine;
        limits.MaxRequestHeadersTotalSize = options.MaxHeaders;
        limits.MaxRequestHeaderCount = options.MaxHeaderCount;

        // The body's reader has a bound of its own and answers what is over it; this one is behind it.
        limits.MaxRequestBodySize = options.MaxBody * 2;
        limits.RequestHeadersTimeout = options.HeadersTimeout;
        limits.KeepAliveTimeout = options.KeepAlive;
        kestrel.Listen(options.EndPoint, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.Use(next => connection => gate.RunAsync(connection, next));
        });
    }
}

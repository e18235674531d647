using System.Net;
using ImdsProxy.Runtime;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ImdsProxy.FakeImds;

/// <summary>Kestrel on one address, and nothing between it and the handler.</summary>
internal sealed class FakeListener : IAsyncDisposable
{
    // Far above what any client posts to IMDS.
    private const int LargestBody = 64 * 1024;

    private readonly WebApplication _app;

    private FakeListener(WebApplication app)
    {
        _app = app;
        var address = BoundAddresses.Of(app).Single();
        Address = new(address);
        EndPoint = BoundAddresses.EndPointOf(address);
    }

    /// <summary>The address as bound, with the port that was free.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>The same as a URL.</summary>
    public Uri Address { get; }

    public static async Task<FakeListener> StartAsync(IPEndPoint endPoint, RequestDelegate handler, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LargestBody;
            kestrel.Listen(endPoint, listen => listen.Protocols = HttpProtocols.Http1);
        });
        var app = builder.Build();
        app.Run(handler);
        try
        {
            await app.StartAsync(cancellation);
            return new(app);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>Closes at once, requests in flight included.</summary>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }
}

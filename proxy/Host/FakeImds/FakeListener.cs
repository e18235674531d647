using System.Net;
using ImdsProxy.Runtime;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ImdsProxy.FakeImds;

/// <summary>A bare Kestrel server on one address, without middleware.</summary>
internal sealed class FakeListener : IAsyncDisposable
{
    // Far more than any client posts to IMDS.
    private const int LargestBody = 64 * 1024;

    private readonly WebApplication _app;

    private FakeListener(WebApplication app)
    {
        _app = app;
        var address = BoundAddresses.Of(app).Single();
        Address = new(address);
        EndPoint = BoundAddresses.EndPointOf(address);
    }

    /// <summary>The bound address, with the actual port.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>The bound address as a URL.</summary>
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

    /// <summary>Stops immediately and aborts requests in flight.</summary>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }
}

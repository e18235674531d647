using System.Net;
using ImdsProxy.Runtime;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImdsProxy.FakeImds;

/// <summary>A bare Kestrel server on one address, without middleware.</summary>
internal sealed class FakeListener : IAsyncDisposable
{
    // Far more than any client posts to IMDS.
    private const int LargestBody = 64 * 1024;

    private readonly HttpServer _server;

    private FakeListener(HttpServer server)
    {
        _server = server;
        var address = server.Addresses.Single();
        Address = new(address);
        EndPoint = BoundAddresses.EndPointOf(address);
    }

    /// <summary>The bound address, with the actual port.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>The bound address as a URL.</summary>
    public Uri Address { get; }

    public static async Task<FakeListener> StartAsync(IPEndPoint endPoint, RequestDelegate handler, CancellationToken cancellation)
    {
        var server = new HttpServer(handler, NullLoggerFactory.Instance, kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = LargestBody;
            kestrel.Listen(endPoint);
        });
        await server.StartAsync(cancellation);
        return new(server);
    }

    /// <summary>Stops immediately and aborts requests in flight.</summary>
    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync(new CancellationToken(canceled: true));
        await _server.DisposeAsync();
    }
}

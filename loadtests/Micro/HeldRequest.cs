using System.Net;
using System.Net.Sockets;
using ImdsProxy.Enforce;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace ImdsProxy.LoadTests.Micro;

/// <summary>
/// A request that Kestrel has received and that is never answered. The benchmarks need it for its headers, because a
/// substitute would not have the same cost for the proxy's parser.
/// </summary>
internal sealed class HeldRequest : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // The headers that Azure's SDK for .NET sends.
    private static readonly byte[] Sent = System.Text.Encoding.ASCII.GetBytes(
        "GET /metadata/instance HTTP/1.1\r\nHost: 169.254.169.254\r\nMetadata: true\r\n"
        + "x-ms-client-request-id: 6b5b9c7c-0c2f-4f4e-9b59-0f7a3a6f3e11\r\nx-ms-return-client-request-id: true\r\n"
        + "User-Agent: azsdk-net-Identity/1.21.0 (.NET 10.0.0; Ubuntu 24.04 LTS)\r\n\r\n");

    private readonly WebApplication _server;
    private readonly TcpClient _client = new();
    private readonly TaskCompletionSource<HttpContext> _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private HttpContext? _context;

    private HeldRequest()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _server = builder.Build();
        _server.Run(async context =>
        {
            _arrived.TrySetResult(context);
            await _ended.Task.WaitAsync(context.RequestAborted);
        });
    }

    public KestrelHeaders Headers => new(_context!.Request.Headers);

    /// <summary>The method, as the same string instance that Kestrel uses.</summary>
    public string Method => _context!.Request.Method;

    public static async Task<HeldRequest> ReceiveAsync()
    {
        var held = new HeldRequest();
        await held._server.StartAsync();
        await held._client.ConnectAsync(IPAddress.Loopback, new Uri(held._server.Urls.First()).Port);
        await held._client.GetStream().WriteAsync(Sent);
        held._context = await held._arrived.Task.WaitAsync(Patience, TimeProvider.System);
        return held;
    }

    public async ValueTask DisposeAsync()
    {
        _ended.TrySetResult();
        _client.Dispose();
        await _server.DisposeAsync();
    }
}

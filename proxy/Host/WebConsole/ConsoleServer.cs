using System.Net;
using ImdsProxy.Runtime;
using ImdsProxy.Sources;
using ImdsProxy.WebConsole.Answers;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImdsProxy.WebConsole;

/// <summary>
/// The console: one page and its API, on loopback, for the operator who started it. It reads the records and the policy and changes
/// neither.
/// </summary>
internal sealed class ConsoleServer : IAsyncDisposable
{
    private const int MostConnections = 256;

    private readonly HttpServer _server;
    private readonly ConsoleSessions _sessions;

    private ConsoleServer(HttpServer server, ConsoleSessions sessions)
    {
        _server = server;
        _sessions = sessions;
        Address = BoundAddresses.EndPointOf(server.Addresses[0]);
    }

    /// <summary>The address, with its actual port.</summary>
    public IPEndPoint Address { get; }

    /// <summary>Starts the console.</summary>
    /// <param name="port">The port on 127.0.0.1; 0 for any.</param>
    /// <param name="source">Where the records come from.</param>
    /// <param name="policyPath">The policy to ask, or null.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Ends the start.</param>
    /// <exception cref="IOException">The port is in use.</exception>
    public static async Task<ConsoleServer> StartAsync(int port, IAuditSource source, string? policyPath, TimeProvider time, CancellationToken cancellation)
    {
        var sessions = new ConsoleSessions(time);
        var api = new ConsoleApi(source, policyPath, sessions, time);
        var server = new HttpServer(context => HandleAsync(context, api), NullLoggerFactory.Instance, kestrel =>
        {
            kestrel.Limits.MaxConcurrentConnections = MostConnections;
            kestrel.Limits.MaxRequestBodySize = ConsoleAnswer.MostBody;
            kestrel.Listen(IPAddress.Loopback, port);
        });
        await server.StartAsync(cancellation);
        return new ConsoleServer(server, sessions);
    }

    /// <summary>A URL with a new one-time token. The token is in the fragment, which browsers send to nobody.</summary>
    public string NewUrl() => $"http://{Address}/#token={_sessions.NewToken()}";

    public async ValueTask DisposeAsync()
    {
        // A live view never ends by itself, so nobody waits for it.
        using var now = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _server.StopAsync(now.Token);
        await _server.DisposeAsync();
    }

    private static Task HandleAsync(HttpContext context, ConsoleApi api)
    {
        ConsoleHeaders.Set(context.Response.Headers);
        return !ConsoleOrigin.Allows(context.Request)
                ? ConsoleAnswer.RefuseAsync(context, StatusCodes.Status421MisdirectedRequest, "misdirected_request", "the request does not come from the console's own page: open the URL that imds-proxy console prints")
            : context.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal) ? api.HandleAsync(context)
            : HttpMethods.IsGet(context.Request.Method) && PageFiles.Find(context.Request.Path.Value ?? "/") is { } file ? SendAsync(context, file)
            : ConsoleAnswer.RefuseAsync(context, StatusCodes.Status404NotFound, "not_found", "there is nothing at this path");
    }

    private static async Task SendAsync(HttpContext context, PageFile file)
    {
        context.Response.ContentType = file.Type;
        context.Response.ContentLength = file.Content.Length;
        await context.Response.Body.WriteAsync(file.Content, context.RequestAborted);
    }
}

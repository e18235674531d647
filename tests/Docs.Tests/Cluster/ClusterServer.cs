using System.Net;
using ImdsProxy.Docs.Tests.Reader;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ImdsProxy.Docs.Tests.Cluster;

/// <summary>
/// A Kubernetes API server for real kubectl and helm. It supports objects of the kinds it knows, watches, server-side apply
/// with conflicts, logs, and exec of the proxy's program. It has no admission and no RBAC.
/// </summary>
internal sealed class ClusterServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ObjectReads _reads;
    private readonly ObjectWrites _writes;
    private readonly PodRequests _pods;

    private ClusterServer(Sandbox sandbox)
    {
        _reads = new ObjectReads(Store);
        _writes = new ObjectWrites(Store, new Workloads(Store, sandbox.CheckAsync));
        _pods = new PodRequests(Store, sandbox);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.UseWebSockets();
        _app.Run(HandleAsync);
    }

    private ObjectStore Store { get; } = new();

    public string Address => _app.Urls.First();

    public static async Task<ClusterServer> StartAsync(Sandbox sandbox)
    {
        var server = new ClusterServer(sandbox);
        await server._app.StartAsync();
        return server;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task HandleAsync(HttpContext context)
    {
        var path = context.Request.Path.ToString();
        if (Discovery.Answer(path) is { } known)
        {
            await ApiAnswer.WriteAsync(context, 200, known);
            return;
        }

        if (ObjectPath.Parse(path) is not { } at)
        {
            // Version 2 of the schema is requested as protobuf, where an empty body is an empty message.
            context.Response.StatusCode = path == "/openapi/v2" ? 200 : 404;
            return;
        }

        try
        {
            await (at.Sub is not null ? _pods.AnswerAsync(context, at)
                : HttpMethods.IsGet(context.Request.Method) ? _reads.AnswerAsync(context, at)
                : _writes.AnswerAsync(context, at));
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            context.Abort();
        }
    }
}

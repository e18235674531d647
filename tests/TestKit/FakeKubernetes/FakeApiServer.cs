using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace ImdsProxy.TestKit.FakeKubernetes;

/// <summary>A fake Kubernetes API server with real HTTP and TLS. The test provides its objects.</summary>
public sealed class FakeApiServer : IAsyncDisposable
{
    private readonly FakeApiOptions _options;
    private readonly FakeAuthority _authority = new();
    private readonly ConcurrentQueue<FakeApiRequest> _requests = new();
    private readonly ConcurrentQueue<JsonObject> _events = new();
    private readonly ConcurrentDictionary<string, ConcurrentQueue<FakeFault>> _faults = new(StringComparer.Ordinal);
    private readonly DirectoryInfo _files = Directory.CreateTempSubdirectory("fake-kube-");
    private readonly WebApplication _app;
    private readonly CancellationTokenSource _closing = new();
    private int _openWatches;
    private int _disposed;

    private FakeApiServer(FakeApiOptions options)
    {
        _options = options;
        Token = options.Token;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, options.Port, listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            if (options.Tls)
            {
                listen.UseHttps(_authority.IssueServer(options.CertificateName, options.CertificateHasLoopback));
            }
            else
            {
                listen.Protocols = HttpProtocols.Http1;
            }
        }));
        _app = builder.Build();
        _app.UseWebSockets();
        _app.Run(HandleAsync);
    }

    public FakeCluster Cluster { get; init; } = new();

    public Uri Address => new(_app.Urls.First().Replace("[::]", "127.0.0.1", StringComparison.Ordinal));

    public string CaFile => Path.Combine(_files.FullName, "ca.crt");

    public string TokenFile => Path.Combine(_files.FullName, "token");

    /// <summary>The token that the server requires now.</summary>
    public string? Token { get; set; }

    /// <summary>All received requests.</summary>
    public IReadOnlyCollection<FakeApiRequest> Requests => _requests;

    /// <summary>The Events that were created.</summary>
    public IReadOnlyCollection<JsonObject> Events => _events;

    /// <summary>Makes a change as another client, after the server has read a patch and before it evaluates the patch's test operation.</summary>
    public Action? BeforePatch { get; set; }

    /// <summary>The status of each SelfSubjectRulesReview: the rights of the account that asks.</summary>
    public JsonObject Rights { get; set; } = [];

    /// <summary>Does what kubelet does after a pod has been patched.</summary>
    public Action? AfterPodPatch { get; set; }

    /// <summary>The number of open watches.</summary>
    public int OpenWatches => Volatile.Read(ref _openWatches);

    public static async Task<FakeApiServer> StartAsync(FakeApiOptions? options = null, FakeCluster? cluster = null)
    {
        var server = new FakeApiServer(options ?? new FakeApiOptions()) { Cluster = cluster ?? new FakeCluster() };
        await File.WriteAllTextAsync(server.CaFile, server._authority.Pem);
        await File.WriteAllTextAsync(server.TokenFile, (server.Token ?? "unused") + "\n");
        await server._app.StartAsync();
        return server;
    }

    /// <summary>
    /// Makes the next request of an operation (<c>list</c>, <c>watch</c>, <c>create</c>, <c>get</c>, <c>patch</c>) fail.
    /// Several calls queue their faults.
    /// </summary>
    public void Next(string operation, FakeFault fault) => FaultsOf(operation).Enqueue(fault);

    /// <summary>Makes one list of the object with this name fail.</summary>
    public void Refuse(string name, FakeFault fault) => FaultsOf($"metadata.name={name}").Enqueue(fault);

    /// <summary>The number of requests of an operation.</summary>
    public int Count(string operation) => _requests.Count(request => request.Operation == operation);

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
        {
            return;
        }

        await _closing.CancelAsync();
        await _app.DisposeAsync();
        _authority.Dispose();
        _closing.Dispose();
        _files.Delete(recursive: true);
    }

    private async Task HandleAsync(HttpContext context)
    {
        var request = Describe(context);
        _requests.Enqueue(request);
        if (Token is { } token && context.Request.Headers.Authorization != $"Bearer {token}")
        {
            await FakeStatus.WriteAsync(context, 401, "Unauthorized");
            return;
        }

        var fault = FaultsOf(request.Query.GetValueOrDefault("fieldSelector", "")).TryDequeue(out var ofName) ? ofName
            : FaultsOf(request.Operation).TryDequeue(out var next) ? next
            : null;
        switch (fault)
        {
            case FakeFault.Drop:
                context.Abort();
                return;
            case FakeFault.Status status:
                await FakeStatus.WriteAsync(context, status.Code, status.Reason, status.Message, retryAfter: status.RetryAfter);
                return;
        }

        await AnswerAsync(context, request, fault);
    }

    private async Task AnswerAsync(HttpContext context, FakeApiRequest request, FakeFault? fault)
    {
        if (_options.Exec is { } exec)
        {
            await (FakeExec.Is(context) ? exec.AnswerAsync(context, Cluster, _closing.Token)
                : FakeDiscovery.TryAnswerAsync(context, Cluster) is var found && await found ? Task.CompletedTask
                : FakeStatus.WriteAsync(context, 404, "NotFound"));
            return;
        }

        if (request.Operation == "create")
        {
            var created = (JsonObject)(await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted))!;
            if (request.Path.EndsWith("/selfsubjectrulesreviews", StringComparison.Ordinal))
            {
                created["status"] = Rights.DeepClone();
                await WriteAsync(context, 201, created);
                return;
            }

            Cluster.Put(request.Path.Split('/')[^1], created);
            _events.Enqueue(created);
            await WriteAsync(context, 201, created);
            return;
        }

        if (request.Operation == "patch" && FakePod.Is(context.Request.Path))
        {
            await FakePod.PatchAsync(context, Cluster);
            AfterPodPatch?.Invoke();
            return;
        }

        if (request.Operation == "patch" && !context.Request.Path.StartsWithSegments(FakeNode.Collection, StringComparison.Ordinal))
        {
            await ApplyAsync(context);
            return;
        }

        if (request.Operation is "get" or "patch")
        {
            await new FakeNode(Cluster, BeforePatch).AnswerAsync(context, request);
            return;
        }

        if (request.Operation == "list")
        {
            await new FakeList(Cluster, _options).AnswerAsync(context, request);
            return;
        }

        Interlocked.Increment(ref _openWatches);
        using var closing = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _closing.Token);
        try
        {
            await new FakeWatch(Cluster, _options, fault).AnswerAsync(context, request, closing.Token);
        }
        catch (OperationCanceledException)
        {
            context.Abort();
        }
        finally
        {
            // The watch's timers end with it.
            await closing.CancelAsync();
            Interlocked.Decrement(ref _openWatches);
        }
    }

    // Server-side apply of a whole ConfigMap. Keys that other clients wrote remain.
    private async Task ApplyAsync(HttpContext context)
    {
        var path = context.Request.Path.ToString().Split('/');
        if (!FakeMediaType.Is(context, "application/apply-patch+yaml") || !context.Request.Query.ContainsKey("fieldManager") || path[^2] != "configmaps")
        {
            await FakeStatus.WriteAsync(context, 415, "UnsupportedMediaType");
            return;
        }

        var applied = (JsonObject)(await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted))!;
        var before = Cluster.List("configmaps", new FieldSelector($"metadata.name={path[^1]}")).Objects.SingleOrDefault();
        foreach (var (key, text) in (JsonObject?)before?["data"] ?? [])
        {
            applied["data"]!.AsObject().TryAdd(key, text?.DeepClone());
        }

        Cluster.Put("configmaps", applied);
        await WriteAsync(context, before is null ? 201 : 200, applied);
    }

    private static Task WriteAsync(HttpContext context, int status, JsonObject subject)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(subject.ToJsonString());
    }

    private ConcurrentQueue<FakeFault> FaultsOf(string operation) => _faults.GetOrAdd(operation, static _ => new());

    private static FakeApiRequest Describe(HttpContext context)
    {
        var query = context.Request.Query.ToDictionary(static pair => pair.Key, static pair => pair.Value.ToString(), StringComparer.Ordinal);
        return new FakeApiRequest(OperationOf(context.Request), context.Request.Path, query, context.Request.Headers.AcceptEncoding.ToString());
    }

    private static string OperationOf(HttpRequest request) =>
        HttpMethods.IsPost(request.Method) ? "create"
        : HttpMethods.IsPatch(request.Method) ? "patch"
        : request.Query["watch"] == "true" || request.Query["watch"] == "1" ? "watch"
        : request.Path.StartsWithSegments(FakeNode.Collection, StringComparison.Ordinal, out var name) && name.HasValue ? "get"
        : "list";
}

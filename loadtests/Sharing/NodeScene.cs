using System.Net;
using System.Text.Json.Nodes;
using ImdsProxy.Audit.Settings;
using ImdsProxy.FakeImds;
using ImdsProxy.Forward.Limits;
using ImdsProxy.Listen;
using ImdsProxy.Management;
using ImdsProxy.Serving;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImdsProxy.LoadTests.Sharing;

/// <summary>A node of 250 pods with ten identities, a proxy with its default limits, and a fake IMDS that enforces IMDS's limits.</summary>
internal sealed class NodeScene : IAsyncDisposable
{
    public const int Pods = 250;
    public const int Identities = 10;

    private readonly DirectoryInfo _directory;
    private bool _stopped;

    private NodeScene(DirectoryInfo directory, FakeImdsServer imds, NodeProxy proxy)
    {
        _directory = directory;
        Imds = imds;
        Proxy = proxy;
    }

    public FakeImdsServer Imds { get; }

    public NodeProxy Proxy { get; }

    /// <summary>The directory of the audit log.</summary>
    public string AuditDirectory => Path.Combine(_directory.FullName, "audit");

    public static IPAddress Pod(int number) => IPAddress.Parse($"127.0.1.{number + 1}");

    public static string ClientId(int identity) => new Guid(identity + 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11).ToString();

    /// <summary>The target for a token of one of the identities.</summary>
    public static string Token(int identity) =>
        $"/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fmanagement.azure.com&client_id={ClientId(identity)}";

    public static async Task<NodeScene> StartAsync(bool unlimited = false, AuditOptions? audit = null)
    {
        var directory = Directory.CreateTempSubdirectory("imds-proxy-load");
        var imds = await FakeImdsServer.StartAsync(new FakeImdsOptions
        {
            RateLimited = !unlimited,
            Latency = TimeSpan.FromMilliseconds(4),
            Identities = [.. Enumerable.Range(0, Identities).Select(i => FakeIdentity.Create(ClientId(i)))],
        });
        var proxy = await NodeProxy.StartAsync(
            new ServeOptions
            {
                PolicyPath = await WriteAsync(directory, "policy.json", Policy()),
                CallersPath = await WriteAsync(directory, "callers.json", Callers()),
                Listen = new ListenOptions { EndPoint = new IPEndPoint(IPAddress.Loopback, 0) },
                Upstream = new() { Address = imds.Address },
                Limits = unlimited ? new() : new() { General = new() { PerSecond = LimitOptions.ImdsPerSecond }, Identity = new() { PerSecond = LimitOptions.ImdsTokensPerSecond, AtOnce = LimitOptions.ImdsTokensAtOnce } },
                Enforce = new() { CallerRate = unlimited ? 0 : 100 },
                Audit = (audit ?? new AuditOptions()) with { Directory = Path.Combine(directory.FullName, "audit") },
                Management = new ManagementOptions { Management = new IPEndPoint(IPAddress.Loopback, 0) },
            },
            NullLoggerFactory.Instance,
            TimeProvider.System,
            CancellationToken.None);
        imds.ClearRequests();
        return new NodeScene(directory, imds, proxy);
    }

    /// <summary>Stops the proxy and keeps its files for inspection.</summary>
    public async Task StopProxyAsync()
    {
        if (!_stopped)
        {
            _stopped = true;
            await Proxy.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopProxyAsync();
        await Imds.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    private static async Task<string> WriteAsync(DirectoryInfo directory, string name, JsonObject content)
    {
        var path = Path.Combine(directory.FullName, name);
        await File.WriteAllTextAsync(path, content.ToJsonString());
        return path;
    }

    private static JsonObject Policy() => new()
    {
        ["version"] = 1,
        ["mode"] = "enforce",
        ["identities"] = new JsonObject(Enumerable.Range(0, Identities).Select(i => KeyValuePair.Create<string, JsonNode?>($"id-{i}", new JsonObject { ["clientId"] = ClientId(i) }))),
        ["rules"] = new JsonArray([.. Enumerable.Range(0, Identities).Select(i => (JsonNode)new JsonObject
        {
            ["name"] = $"team-{i}",
            ["workloads"] = new JsonArray(new JsonObject { ["namespaces"] = new JsonArray($"team-{i}") }),
            ["allow"] = new JsonArray(new JsonObject
            {
                ["path"] = "/metadata/identity/oauth2/token",
                ["identities"] = new JsonArray($"id-{i}"),
                ["resources"] = new JsonArray("https://management.azure.com"),
            }),
        })]),
    };

    private static JsonObject Callers() => new()
    {
        ["pods"] = new JsonArray([.. Enumerable.Range(0, Pods).Select(i => (JsonNode)new JsonObject
        {
            ["ip"] = Pod(i).ToString(), ["namespace"] = $"team-{i % Identities}", ["name"] = $"pod-{i}", ["uid"] = $"uid-{i}", ["serviceAccount"] = "default",
        })]),
    };
}

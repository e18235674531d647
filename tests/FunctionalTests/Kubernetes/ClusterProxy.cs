using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using ImdsProxy.Audit.Settings;
using ImdsProxy.Audit.Write;
using ImdsProxy.Enforce;
using ImdsProxy.FakeImds;
using ImdsProxy.Forward.Imds;
using ImdsProxy.Kubernetes;
using ImdsProxy.Listen;
using ImdsProxy.Management;
using ImdsProxy.PolicySource;
using ImdsProxy.Serving;
using ImdsProxy.Serving.Cluster;
using ImdsProxy.TestKit;
using ImdsProxy.TestKit.FakeKubernetes;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImdsProxy.FunctionalTests.Kubernetes;

/// <summary>The whole proxy over loopback, with callers and policy from a fake API server, in front of a fake IMDS.</summary>
internal sealed class ClusterProxy(FakeImdsServer imds, NodeProxy proxy, ClusterProxy.Output output) : IAsyncDisposable
{
    public const string Location = "/metadata/instance/compute/location?api-version=2021-02-01&format=text";

    public IReadOnlyCollection<JsonObject> Records => output.Records;

    public bool IsReady => proxy.IsReady;

    /// <summary>The address of /readyz and /metrics.</summary>
    public Uri Management => new($"http://{proxy.Management}");

    /// <summary>The number of requests that reached IMDS.</summary>
    public int ImdsRequests => imds.Requests.Count;

    public static async Task<ClusterProxy> StartAsync(FakeApiServer api, TimeSpan? identifyWait = null, string? stateDirectory = null, string? node = null, string configMap = "security/imds-policy", StartupTaintOptions? startupTaint = null, string? overrideDirectory = null, string? overrideConfigMap = null)
    {
        var imds = await FakeImdsServer.StartAsync();
        var options = new ServeOptions
        {
            Listen = new ListenOptions { EndPoint = new IPEndPoint(IPAddress.Loopback, 0) },
            Management = new ManagementOptions { Management = new IPEndPoint(IPAddress.Loopback, 0) },
            Upstream = new UpstreamOptions { Address = imds.Address },
            Enforce = new EnforceOptions { IdentifyWait = identifyWait ?? TimeSpan.FromSeconds(3) },
            Audit = new AuditOptions { StandardOutput = true },
            OverrideDirectory = overrideDirectory,
            Cluster = new ClusterOptions(
                new KubeSettings(api.Address, api.TokenFile, api.CaFile), node ?? FakePods.Node, Callers: true, ConfigMapName.Parse(configMap), stateDirectory, 5)
            {
                Watch = new ListWatchOptions { FirstListSpread = TimeSpan.Zero },
                StartupTaint = startupTaint,
                Override = overrideConfigMap is null ? null : ConfigMapName.Parse(overrideConfigMap),
            },
        };
        var output = new Output();
        return new ClusterProxy(
            imds, await NodeProxy.StartAsync(options, NullLoggerFactory.Instance, TimeProvider.System, CancellationToken.None, output), output);
    }

    public static string Policy(string ns, string mode = "enforce") => $$"""
        {"version":1,"mode":"{{mode}}","rules":[
          {"name":"location","workloads":[{"namespaces":["{{ns}}"]}],"allow":[{"path":"/metadata/instance/compute/location"}]}]}
        """;

    /// <summary>Sends a request as the pod with this loopback address.</summary>
    public Task<RawResponse> AskAsync(string source, string target = Location) =>
        RawHttp.GetAsync(proxy.EndPoint, target, IPAddress.Parse(source));

    /// <summary>The same without the header that IMDS requires, as an SDK's probe.</summary>
    public Task<RawResponse?> ProbeAsync(string source) =>
        RawHttp.SendAsync(proxy.EndPoint, RawRequest.Get(Location).Without("Metadata"), IPAddress.Parse(source));

    public JsonObject? LastEvent(string name) => output.Records.LastOrDefault(record => record["event"]?.ToString() == name);

    /// <summary>The last event of a name. Waits for one: what it reports may show before the log has it.</summary>
    public async Task<JsonObject> EventAsync(string name)
    {
        await Eventually.HoldsAsync(() => LastEvent(name) is not null);
        return LastEvent(name)!;
    }

    public async ValueTask DisposeAsync()
    {
        await proxy.DisposeAsync();
        await imds.DisposeAsync();
    }

    /// <summary>The audit log lines written to stdout.</summary>
    internal sealed class Output : IRecordOutput
    {
        public ConcurrentQueue<JsonObject> Records { get; } = new();

        public void Write(ReadOnlySpan<byte> lines)
        {
            foreach (var line in Encoding.UTF8.GetString(lines).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                Records.Enqueue((JsonObject)JsonNode.Parse(line)!);
            }
        }
    }
}

using System.Net;
using System.Net.Sockets;
using ImdsProxy.FakeImds;
using ImdsProxy.TestKit;

namespace ImdsProxy.FunctionalTests.Rollout;

/// <summary>A node during a rollout: two pods on hostNetwork with the same ports, each with its own directory.</summary>
internal sealed class RolloutScene : IAsyncDisposable
{
    public const string Location = "/metadata/instance/compute/location?api-version=2021-02-01&format=text";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("rollout-");
    private readonly List<NodeProcess> _processes = [];
    private readonly FakeImdsServer _imds;

    private RolloutScene(FakeImdsServer imds)
    {
        _imds = imds;
        (Data, Metrics) = (new IPEndPoint(IPAddress.Loopback, FreePort()), new IPEndPoint(IPAddress.Loopback, FreePort()));
        File.WriteAllText(Callers, """
            {"pods":[{"ip":"127.0.0.1","namespace":"web","name":"shop-1","uid":"1","serviceAccount":"shop","labels":{},"owner":"Deployment/shop"}]}
            """);
    }

    /// <summary>The address at which both proxies answer pods.</summary>
    public IPEndPoint Data { get; }

    /// <summary>The address at which both proxies answer Prometheus.</summary>
    public IPEndPoint Metrics { get; }

    /// <summary>The number of requests that reached IMDS.</summary>
    public int ImdsRequests => _imds.Requests.Count;

    private string Callers => Path.Combine(_directory.FullName, "callers.json");

    public static async Task<RolloutScene> CreateAsync() => new(await FakeImdsServer.StartAsync());

    /// <summary>A policy that allows the pod to read its location.</summary>
    public static string Policy(string ruleName) => $$"""
        {"version":1,"mode":"enforce","rules":[
          {"name":"{{ruleName}}","workloads":[{"namespaces":["web"]}],"allow":[{"path":"/metadata/instance/compute/location"}]}]}
        """;

    /// <summary>Starts a pod. Without flags for the callers, it reads them from a file.</summary>
    public NodeProcess Start(string policy, params string[] callers)
    {
        var directory = _directory.CreateSubdirectory($"pod-{_processes.Count}").FullName;
        var policyFile = Path.Combine(directory, "policy.json");
        File.WriteAllText(policyFile, policy);
        var process = NodeProcess.Start(directory, [
            "--listen", $"{Data}", "--metrics", $"{Metrics}", "--upstream", _imds.Address.GetLeftPart(UriPartial.Authority),
            "--policy", policyFile, "--node-name", "node-1",
            // The load comes from one caller, and each of its requests must have its own record.
            "--caller-rate", "1000000",
            .. callers.Length > 0 ? callers : ["--callers", $"file:{Callers}"]]);
        _processes.Add(process);
        return process;
    }

    /// <summary>Starts a pod and waits until it is ready.</summary>
    public async Task<NodeProcess> StartReadyAsync(string policy)
    {
        var process = Start(policy);
        await Eventually.HoldsAsync(async () => (await process.ReasonsAsync()).Count == 0, TimeSpan.FromSeconds(30));
        return process;
    }

    public Task<RawResponse> AskAsync() => RawHttp.GetAsync(Data, Location);

    /// <summary>The response to a scrape over a new connection.</summary>
    public async Task<RawResponse> ScrapeAsync(string path) =>
        await RawHttp.SendAsync(Metrics, RawRequest.Get(path).Without("Host").With("Host", $"{Metrics}")) ?? throw new IOException("no answer");

    public async ValueTask DisposeAsync()
    {
        _processes.ForEach(static process => process.Dispose());
        await _imds.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

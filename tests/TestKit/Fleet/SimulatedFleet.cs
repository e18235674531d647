using System.Diagnostics;
using System.Text.Json.Nodes;
using ImdsProxy.TestKit.FakeKubernetes;

namespace ImdsProxy.TestKit.Fleet;

/// <summary>
/// A cluster of nodes with a proxy each: an API server with <c>exec</c>, and a directory of logs for each node. A command in a proxy's
/// container runs the real program on the directory of its node.
/// </summary>
public sealed class SimulatedFleet : IAsyncDisposable
{
    public const string Namespace = "imds-proxy";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fleet-");
    private readonly Func<string, FakeExecAnswer?> _fault;
    private readonly FakeExec _exec;
    private FakeApiServer? _server;

    private SimulatedFleet(Func<string, FakeExecAnswer?> fault)
    {
        _fault = fault;
        _exec = new FakeExec(Answer);
    }

    public FakeExec Exec => _exec;

    /// <summary>The kubeconfig of a user who may do everything.</summary>
    public string KubeConfig => Path.Combine(_folder.FullName, "kubeconfig");

    public FakeCluster Cluster => _server!.Cluster;

    /// <summary>Changes how the program on a node is started.</summary>
    public Func<string, ProcessStartInfo, ProcessStartInfo> Started { get; set; } = static (_, start) => start;

    /// <summary>Starts a cluster with these nodes.</summary>
    /// <param name="nodes">The names of the nodes.</param>
    /// <param name="fault">What happens on a node instead of running the program, or null.</param>
    public static async Task<SimulatedFleet> StartAsync(IEnumerable<string> nodes, Func<string, FakeExecAnswer?>? fault = null)
    {
        var fleet = new SimulatedFleet(fault ?? (static _ => null));
        fleet._server = await FakeApiServer.StartAsync(new FakeApiOptions { Exec = fleet._exec });
        foreach (var node in nodes)
        {
            fleet.AddNode(node);
        }

        await File.WriteAllTextAsync(fleet.KubeConfig, $$$"""
            {"apiVersion":"v1","kind":"Config","current-context":"fleet",
             "clusters":[{"name":"fleet","cluster":{"server":"{{{fleet._server.Address}}}","certificate-authority":"{{{fleet._server.CaFile}}}"}}],
             "users":[{"name":"responder","user":{"token":"{{{fleet._server.Token}}}"}}],
             "contexts":[{"name":"fleet","context":{"cluster":"fleet","user":"responder"}}]}
            """);
        return fleet;
    }

    /// <summary>The directory of a node's log.</summary>
    public string LogOf(string node) => Path.Combine(_folder.FullName, "nodes", node, "log");

    /// <summary>The directory of the log of a node's redirect.</summary>
    public string RedirectLogOf(string node) => Path.Combine(_folder.FullName, "nodes", node, "redirect-log");

    /// <summary>How to start the program as a user of the cluster.</summary>
    public ProcessStartInfo Command(params string[] arguments)
    {
        var start = ImdsProxyProgram.StartInfo(arguments);
        start.Environment["KUBECONFIG"] = KubeConfig;
        start.Environment["IMDS_PROXY_KUBECTL"] = RealKubectl.Path;

        // kubectl keeps what the server offers there.
        start.Environment["HOME"] = _folder.FullName;
        return start;
    }

    public async ValueTask DisposeAsync()
    {
        await _server!.DisposeAsync();
        _exec.Dispose();
        _folder.Delete(recursive: true);
    }

    /// <summary>The pod of a node's proxy.</summary>
    public static string PodOf(string node) => $"imds-proxy-{node}";

    private void AddNode(string node)
    {
        Directory.CreateDirectory(LogOf(node));
        Cluster.Put("nodes", FakeNodes.Node(node));
        Cluster.Put("pods", PodNamed(PodOf(node), node));
    }

    /// <summary>A proxy's pod.</summary>
    public static JsonObject PodNamed(string name, string node, string phase = "Running", bool isReady = true, string created = "2026-11-21T04:00:00Z") => new()
    {
        ["metadata"] = new JsonObject
        {
            ["name"] = name,
            ["namespace"] = Namespace,
            ["creationTimestamp"] = created,
            ["labels"] = new JsonObject { ["app.kubernetes.io/name"] = "imds-proxy", ["app.kubernetes.io/component"] = "node" },
        },
        ["spec"] = new JsonObject { ["nodeName"] = node, ["containers"] = new JsonArray(new JsonObject { ["name"] = "proxy" }, new JsonObject { ["name"] = "redirect" }) },
        ["status"] = new JsonObject
        {
            ["phase"] = phase,
            ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Ready", ["status"] = isReady ? "True" : "False" }),
        },
    };

    private FakeExecAnswer Answer(FakeExecRequest request)
    {
        var node = (string)Cluster.Get("pods", request.Namespace, request.Pod)!["spec"]!["nodeName"]!;
        if (_fault(node) is { } fault)
        {
            return fault;
        }

        var start = ImdsProxyProgram.StartInfo([.. request.Command.Skip(1)]);
        start.Environment["IMDS_PROXY_AUDIT_DIR"] = request.Container == "redirect" ? RedirectLogOf(node) : LogOf(node);
        return new FakeExecAnswer.Program(Started(node, start));
    }
}

using System.Globalization;
using System.Text.Json.Nodes;
using ImdsProxy.PolicySource;
using ImdsProxy.TestKit.FakeKubernetes;

namespace ImdsProxy.LoadTests.Cluster;

/// <summary>The content of the simulated API server: nodes with 30 pods each, and a policy of 50 rules.</summary>
internal sealed class SimulatedCluster
{
    public const int Nodes = 200;
    public const int PodsPerNode = 30;

    // The size that `kubectl get pod -o json` shows for a pod with one container and a service mesh's annotations, managedFields included.
    private const int PodBytes = 8 * 1024;

    private const int Rules = 50;

    private readonly HashSet<string>[] _pods = [.. Enumerable.Range(0, Nodes).Select(static _ => new HashSet<string>(StringComparer.Ordinal))];

    public SimulatedCluster()
    {
        for (var pod = 0; pod < Nodes * PodsPerNode; pod++)
        {
            AddPod(pod % Nodes);
        }

        Policies(description: "");
        // A long-running server no longer has its history from the beginning.
        Api.Compact();
    }

    public static ConfigMapName Policy { get; } = new("imds-proxy", "policy", "policy.json");

    public FakeCluster Api { get; } = new();

    public static string NodeName(int node) => string.Create(CultureInfo.InvariantCulture, $"aks-nodepool1-31415926-vmss{node:d6}");

    /// <summary>The size of one pod in bytes, as the API server sends it.</summary>
    public static int BytesOfPod => Pod(0, "pod", 1, PodBytes).ToJsonString().Length;

    /// <summary>Starts a pod on a node. A single change announces it together with its address.</summary>
    public void AddPod(int node)
    {
        var number = _pods[node].Count;
        var name = string.Create(CultureInfo.InvariantCulture, $"service-{number}-7c9f8d6b5-{node:d5}");
        _pods[node].Add(name);
        Api.Put("pods", Pod(node, name, number, PodBytes));
    }

    /// <summary>Rewrites the policy.</summary>
    public void Policies(string description) =>
        Api.Put("configmaps", FakeConfigMaps.Map(Policy.Namespace, Policy.Name, (Policy.Key!, Document(description))));

    /// <summary>Whether a node knows exactly its own pods.</summary>
    public bool Knows(int node, IEnumerable<string> pods) => _pods[node].SetEquals(pods);

    private static JsonObject Pod(int node, string name, int number, int bytes)
    {
        var ip = string.Create(CultureInfo.InvariantCulture, $"10.{node}.0.{number + 2}");
        var plain = FakePods.Pod(name, ip, ns: $"team-{number % 10}", node: NodeName(node));
        return FakePods.Pod(name, ip, ns: $"team-{number % 10}", node: NodeName(node), padding: bytes - plain.ToJsonString().Length);
    }

    private static string Document(string description) => new JsonObject
    {
        ["version"] = 1,
        ["mode"] = "enforce",
        ["rules"] = new JsonArray([.. Enumerable.Range(0, Rules).Select(rule => (JsonNode)new JsonObject
        {
            ["name"] = $"rule-{rule}",
            ["description"] = description,
            ["workloads"] = new JsonArray(new JsonObject { ["namespaces"] = new JsonArray($"team-{rule}"), ["serviceAccounts"] = new JsonArray($"service-{rule}") }),
            ["allow"] = new JsonArray(new JsonObject { ["path"] = "/metadata/instance/compute/location" }),
        })]),
    }.ToJsonString();
}

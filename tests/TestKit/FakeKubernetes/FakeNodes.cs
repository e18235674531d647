using System.Text.Json.Nodes;

namespace ImdsProxy.TestKit.FakeKubernetes;

/// <summary>Creates nodes in the API server's format.</summary>
public static class FakeNodes
{
    /// <summary>A node with taints, each as <c>key=value:effect</c>.</summary>
    public static JsonObject Node(string name, params string[] taints) => new()
    {
        ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = new JsonObject { ["kubernetes.io/os"] = "linux" } },
        ["spec"] = new JsonObject { ["podCIDR"] = "10.244.0.0/24", ["taints"] = taints.Length == 0 ? null : new JsonArray([.. taints.Select(Taint)]) },
    };

    /// <summary>A node's taints, as <c>key=value:effect</c>.</summary>
    public static IEnumerable<string> Taints(this FakeCluster cluster, string node) =>
        (cluster.Get("nodes", "", node)?["spec"]?["taints"]?.AsArray() ?? []).Select(static taint => $"{taint!["key"]}={taint["value"]}:{taint["effect"]}");

    // Has a field that no version of Kubernetes knows, and one that only NoExecute taints have. A client must preserve both.
    private static JsonNode Taint(string text)
    {
        var parts = text.Split('=', ':');
        return new JsonObject { ["key"] = parts[0], ["value"] = parts[1], ["effect"] = parts[2], ["timeAdded"] = "2026-11-21T04:30:00Z", ["notInventedYet"] = new JsonObject { ["a"] = 1 } };
    }
}

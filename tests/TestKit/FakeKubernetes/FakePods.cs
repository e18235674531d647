using System.Text.Json.Nodes;

namespace ImdsProxy.TestKit.FakeKubernetes;

/// <summary>Creates pods in the API server's format.</summary>
public static class FakePods
{
    public const string Node = "node-1";

    /// <summary>A running pod on the node <see cref="Node"/>.</summary>
    public static JsonObject Pod(
        string name,
        string? ip = null,
        string ns = "default",
        string? uid = null,
        string phase = "Running",
        bool hostNetwork = false,
        bool deleting = false,
        int terminated = 0,
        int running = 1,
        string? owner = null,
        string node = Node,
        int padding = 0,
        string[]? ips = null)
    {
        var addresses = ips ?? (ip is null ? [] : [ip]);
        return new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["namespace"] = ns,
                ["uid"] = uid,
                ["labels"] = new JsonObject { ["app"] = name, ["pod-template-hash"] = "5d4f8c7b9" },
                ["annotations"] = padding > 0 ? new JsonObject { ["padding"] = new string('x', padding) } : null,
                ["deletionTimestamp"] = deleting ? "2026-11-21T04:30:00Z" : null,
                ["ownerReferences"] = owner is null ? null : new JsonArray(new JsonObject
                {
                    ["apiVersion"] = "apps/v1",
                    ["kind"] = owner.Split('/')[0],
                    ["name"] = owner.Split('/')[1],
                    ["controller"] = true,
                }),
            },
            ["spec"] = new JsonObject { ["nodeName"] = node, ["serviceAccountName"] = "sa-" + name, ["hostNetwork"] = hostNetwork, ["containers"] = new JsonArray() },
            ["status"] = new JsonObject
            {
                ["phase"] = phase,
                ["hostIP"] = "192.168.100.4",
                ["hostIPs"] = new JsonArray(new JsonObject { ["ip"] = "192.168.100.4" }),
                ["podIP"] = addresses.Length > 0 ? addresses[0] : null,
                ["podIPs"] = addresses.Length > 0 ? new JsonArray([.. addresses.Select(static a => (JsonNode)new JsonObject { ["ip"] = a })]) : null,
                ["containerStatuses"] = new JsonArray([
                    .. Enumerable.Range(0, terminated).Select(static _ => (JsonNode)State("terminated")),
                    .. Enumerable.Range(0, running).Select(static _ => (JsonNode)State("running"))]),
            },
        };
    }

    private static JsonObject State(string state) => new JsonObject
    {
        ["name"] = "c",
        ["state"] = new JsonObject { [state] = new JsonObject { ["startedAt"] = "2026-11-21T04:30:00Z" } },
    };
}

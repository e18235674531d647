using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace ImdsProxy.TestKit.FakeKubernetes;

/// <summary>What kubectl asks besides lists: which resources there are, single pods, and lists by label.</summary>
internal static class FakeDiscovery
{
    /// <summary>Answers a request of kubectl. Returns false if it is none of these.</summary>
    public static async Task<bool> TryAnswerAsync(HttpContext context, FakeCluster cluster)
    {
        var path = context.Request.Path.Value!.Trim('/').Split('/');
        switch (path)
        {
            case ["version"]:
                await WriteAsync(context, new JsonObject { ["major"] = "1", ["minor"] = "34", ["gitVersion"] = "v1.34.0" });
                return true;
            case ["api"]:
                await WriteAsync(context, new JsonObject { ["kind"] = "APIVersions", ["versions"] = new JsonArray("v1") });
                return true;
            case ["apis"]:
                await WriteAsync(context, new JsonObject { ["kind"] = "APIGroupList", ["apiVersion"] = "v1", ["groups"] = new JsonArray() });
                return true;
            case ["api", "v1"]:
                await WriteAsync(context, new JsonObject
                {
                    ["kind"] = "APIResourceList",
                    ["groupVersion"] = "v1",
                    ["resources"] = new JsonArray(Resource("pods", "pod", "Pod", isNamespaced: true), Resource("nodes", "node", "Node", isNamespaced: false)),
                });
                return true;
            case ["api", "v1", "namespaces", var ns, "pods", var name]:
                await WritePodAsync(context, cluster.Get("pods", ns, name), name);
                return true;
            case ["api", "v1", "namespaces", var ns, "pods"] when context.Request.Query["watch"] != "true":
                await WriteListAsync(context, cluster, "pods", ns);
                return true;
            case ["api", "v1", "nodes"] when context.Request.Query["watch"] != "true":
                await WriteListAsync(context, cluster, "nodes", null);
                return true;
            default:
                return false;
        }
    }

    private static JsonObject Resource(string name, string singular, string kind, bool isNamespaced) => new()
    {
        ["name"] = name,
        ["singularName"] = singular,
        ["namespaced"] = isNamespaced,
        ["kind"] = kind,
        ["verbs"] = new JsonArray("create", "get", "list"),
    };

    private static Task WritePodAsync(HttpContext context, JsonObject? pod, string name)
    {
        if (pod is null)
        {
            return FakeStatus.WriteAsync(context, 404, "NotFound", $"pods \"{name}\" not found");
        }

        (pod["kind"], pod["apiVersion"]) = ("Pod", "v1");
        return WriteAsync(context, pod);
    }

    private static Task WriteListAsync(HttpContext context, FakeCluster cluster, string plural, string? ns)
    {
        var wanted = context.Request.Query["labelSelector"].ToString().Split(',', StringSplitOptions.RemoveEmptyEntries).Select(static term => term.Split('=')).ToList();
        var items = cluster.List(plural, new FieldSelector(null)).Objects
            .Where(item => ns is null || (string?)item["metadata"]!["namespace"] == ns)
            .Where(item => wanted.TrueForAll(term => (string?)item["metadata"]!["labels"]?[term[0]] == term[^1]))
            .Select(static item => item.DeepClone());
        return WriteAsync(context, new JsonObject
        {
            ["kind"] = plural == "pods" ? "PodList" : "NodeList",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject { ["resourceVersion"] = "1" },
            ["items"] = new JsonArray([.. items]),
        });
    }

    private static Task WriteAsync(HttpContext context, JsonObject subject)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(subject.ToJsonString());
    }
}

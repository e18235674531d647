using System.Text.Json.Nodes;

namespace ImdsProxy.Docs.Tests.Cluster;

/// <summary>Acts as controllers and kubelets do: pods become ready at once, and jobs and their pods complete.</summary>
/// <param name="store">The cluster's objects.</param>
/// <param name="run">Runs the proxy's program as a container would, with the policy's directory in place of its mount.</param>
internal sealed class Workloads(ObjectStore store, Func<IReadOnlyList<string>, IReadOnlyDictionary<string, string>, Task<int>> run)
{
    private static readonly string[] Nodes = ["aks-nodepool1-0", "aks-nodepool1-1"];

    /// <summary>Applies the consequences of a written object.</summary>
    public async Task SettleAsync(JsonObject node)
    {
        switch ((string)node["kind"]!)
        {
            case "DaemonSet":
                Roll(node);
                break;
            case "Job":
                await EndAsync(node);
                break;
            case "Pod" when node["status"] is null:
                node["status"] = Status("Succeeded", isReady: false);
                store.Put(ApiResource.Of("Pod"), node);
                break;
        }
    }

    /// <summary>Deletes the pods of a deleted workload.</summary>
    public void Forget(JsonObject owner)
    {
        var pods = ApiResource.Of("Pod");
        foreach (var pod in store.List(pods, (string?)owner["metadata"]!["namespace"], new Selector(null, null))
            .Where(pod => (string?)pod["metadata"]!["ownerReferences"]?[0]?["uid"] == (string?)owner["metadata"]!["uid"]))
        {
            store.Delete(pods, (string?)pod["metadata"]!["namespace"], (string)pod["metadata"]!["name"]!);
        }
    }

    private void Roll(JsonObject set)
    {
        var generation = (int)set["metadata"]!["generation"]!;
        if ((int?)set["status"]?["observedGeneration"] == generation)
        {
            return;
        }

        Forget(set);
        foreach (var (node, number) in Nodes.Select((node, number) => (node, number)))
        {
            store.Put(ApiResource.Of("Pod"), PodOf(set, $"{(string)set["metadata"]!["name"]!}-{generation}x{number}", node));
        }

        set["status"] = new JsonObject
        {
            ["observedGeneration"] = generation,
            ["desiredNumberScheduled"] = Nodes.Length,
            ["currentNumberScheduled"] = Nodes.Length,
            ["updatedNumberScheduled"] = Nodes.Length,
            ["numberReady"] = Nodes.Length,
            ["numberAvailable"] = Nodes.Length,
        };
        store.Put(ApiResource.Of("DaemonSet"), set);
    }

    private static JsonObject PodOf(JsonObject owner, string name, string node)
    {
        var pod = (JsonObject)owner["spec"]!["template"]!.DeepClone();
        var metadata = pod["metadata"]!.AsObject();
        metadata["name"] = name;
        metadata["namespace"] = (string)owner["metadata"]!["namespace"]!;
        metadata["ownerReferences"] = new JsonArray(new JsonObject
        {
            ["apiVersion"] = "apps/v1",
            ["kind"] = "DaemonSet",
            ["name"] = (string)owner["metadata"]!["name"]!,
            ["uid"] = (string)owner["metadata"]!["uid"]!,
        });
        pod["spec"]!["nodeName"] = node;
        pod["status"] = Status("Running", isReady: true);
        return pod;
    }

    private static JsonObject Status(string phase, bool isReady) => new()
    {
        ["phase"] = phase,
        ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Ready", ["status"] = isReady ? "True" : "False" }),
    };

    // The hook that checks the policy really runs. The other hooks need nodes, so they just succeed.
    private async Task EndAsync(JsonObject job)
    {
        if (job["status"] is not null)
        {
            return;
        }

        var pod = job["spec"]!["template"]!["spec"]!;
        var arguments = pod["containers"]![0]!["args"]!.AsArray().Select(argument => (string)argument!).ToList();
        var code = arguments is ["policy", "check", ..] ? await run(arguments, PolicyOf(job, pod)) : 0;
        job["status"] = new JsonObject
        {
            ["succeeded"] = code == 0 ? 1 : 0,
            ["failed"] = code == 0 ? 0 : 1,
            ["conditions"] = new JsonArray(new JsonObject { ["type"] = code == 0 ? "Complete" : "Failed", ["status"] = "True", ["reason"] = code == 0 ? "CompletionsReached" : "BackoffLimitExceeded" }),
        };
        store.Put(ApiResource.Of("Job"), job);
    }

    private Dictionary<string, string> PolicyOf(JsonObject job, JsonNode pod)
    {
        var name = (string)pod["volumes"]![0]!["configMap"]!["name"]!;
        var map = store.Find(ApiResource.Of("ConfigMap"), (string)job["metadata"]!["namespace"]!, name);
        return (map?["data"]?.AsObject() ?? []).ToDictionary(entry => entry.Key, entry => (string)entry.Value!, StringComparer.Ordinal);
    }
}

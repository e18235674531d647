using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace ImdsProxy.TestKit.FakeKubernetes;

/// <summary>Answers GET and PATCH requests for one node. It supports the JSON patch operations that change taints.</summary>
internal sealed class FakeNode(FakeCluster cluster, Action? beforePatch)
{
    public const string Collection = "/api/v1/nodes";

    private const string Taints = "/spec/taints";

    public async Task AnswerAsync(HttpContext context, FakeApiRequest request)
    {
        var name = request.Path[(Collection.Length + 1)..];
        if (cluster.Get("nodes", "", name) is null)
        {
            await FakeStatus.WriteAsync(context, 404, "NotFound", $"nodes \"{name}\" not found");
        }
        else if (request.Operation == "get")
        {
            await WriteAsync(context, name);
        }
        else if (!FakeMediaType.Is(context, "application/json-patch+json"))
        {
            await FakeStatus.WriteAsync(context, 415, "UnsupportedMediaType");
        }
        else
        {
            await PatchAsync(context, name);
        }
    }

    private async Task PatchAsync(HttpContext context, string name)
    {
        var patch = (await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted))!.AsArray();
        beforePatch?.Invoke();
        var node = cluster.Get("nodes", "", name)!;
        foreach (var step in patch)
        {
            if (!Apply(node, step!))
            {
                // The message of evanphx/json-patch, in the API server's format.
                await FakeStatus.WriteAsync(context, 422, "Invalid", $"testing value {step!["path"]} failed: test failed");
                return;
            }
        }

        cluster.Put("nodes", node);
        await WriteAsync(context, name);
    }

    private static bool Apply(JsonObject node, JsonNode step)
    {
        var spec = node["spec"]!;
        if (step["path"]!.ToString() != Taints)
        {
            throw new InvalidOperationException($"the fake does not support {step["path"]}");
        }

        switch (step["op"]!.ToString())
        {
            case "test":
                return JsonNode.DeepEquals(spec["taints"], step["value"]);
            case "replace":
                spec["taints"] = step["value"]!.DeepClone();
                return true;
            default:
                throw new InvalidOperationException($"the fake does not support {step["op"]}");
        }
    }

    private Task WriteAsync(HttpContext context, string name)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(cluster.Get("nodes", "", name)!.ToJsonString());
    }
}

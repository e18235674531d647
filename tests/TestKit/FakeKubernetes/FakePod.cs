using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace ImdsProxy.TestKit.FakeKubernetes;

/// <summary>Answers a merge patch of a pod's metadata.</summary>
internal static class FakePod
{
    /// <summary>Whether a path names one pod: <c>/api/v1/namespaces/NAMESPACE/pods/NAME</c>.</summary>
    public static bool Is(PathString path) => path.ToString().Split('/') is [_, "api", _, "namespaces", _, "pods", _];

    public static async Task PatchAsync(HttpContext context, FakeCluster cluster)
    {
        var path = context.Request.Path.ToString().Split('/');
        var pod = cluster.Get("pods", path[4], path[6]);
        if (pod is null || !FakeMediaType.Is(context, "application/merge-patch+json"))
        {
            await FakeStatus.WriteAsync(context, pod is null ? 404 : 415, pod is null ? "NotFound" : "UnsupportedMediaType");
            return;
        }

        Merge(pod, (JsonObject)(await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted))!);
        cluster.Put("pods", pod);
        await context.Response.WriteAsync("{}");
    }

    // RFC 7386.
    private static void Merge(JsonObject into, JsonObject patch)
    {
        foreach (var (key, value) in patch)
        {
            if (value is JsonObject inner)
            {
                into[key] ??= new JsonObject();
                Merge(into[key]!.AsObject(), inner);
            }
            else
            {
                into[key] = value?.DeepClone();
            }
        }
    }
}

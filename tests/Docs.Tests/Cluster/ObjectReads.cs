using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace ImdsProxy.Docs.Tests.Cluster;

/// <summary>Handles requests that read or watch whole objects.</summary>
internal sealed class ObjectReads(ObjectStore store)
{
    public Task AnswerAsync(HttpContext context, ObjectPath at) =>
        context.Request.Query["watch"].ToString() is "true" or "1" ? WatchAsync(context, at)
        : at.Name is null ? ListAsync(context, at)
        : GetAsync(context, at);

    private static Selector SelectorOf(HttpContext context, ObjectPath at)
    {
        var fields = context.Request.Query["fieldSelector"].ToString();
        return new Selector(context.Request.Query["labelSelector"], at.Name is null ? fields : $"metadata.name={at.Name}");
    }

    private Task GetAsync(HttpContext context, ObjectPath at) => store.Find(at.Resource, at.Namespace, at.Name!) is { } found
        ? ApiAnswer.WriteAsync(context, 200, found)
        : ApiAnswer.NotFoundAsync(context, at.Resource.Plural, at.Name!);

    private Task ListAsync(HttpContext context, ObjectPath at) => ApiAnswer.WriteAsync(context, 200, new JsonObject
    {
        ["kind"] = $"{at.Resource.Kind}List",
        ["apiVersion"] = at.Resource.GroupVersion,
        ["metadata"] = new JsonObject { ["resourceVersion"] = store.Version.ToString(CultureInfo.InvariantCulture) },
        ["items"] = new JsonArray([.. store.List(at.Resource, at.Namespace, SelectorOf(context, at))]),
    });

    private async Task WatchAsync(HttpContext context, ObjectPath at)
    {
        var selector = SelectorOf(context, at);
        var after = int.TryParse(context.Request.Query["resourceVersion"], CultureInfo.InvariantCulture, out var given) ? given : 0;
        context.Response.ContentType = "application/json";
        if (after == 0)
        {
            after = store.Version;
            foreach (var node in store.List(at.Resource, at.Namespace, selector))
            {
                await TellAsync(context, "ADDED", node);
            }
        }

        if (context.Request.Query["sendInitialEvents"] == "true")
        {
            await TellAsync(context, "BOOKMARK", new JsonObject
            {
                ["kind"] = at.Resource.Kind,
                ["apiVersion"] = at.Resource.GroupVersion,
                ["metadata"] = new JsonObject { ["resourceVersion"] = after.ToString(CultureInfo.InvariantCulture), ["annotations"] = new JsonObject { ["k8s.io/initial-events-end"] = "true" } },
            });
        }

        await context.Response.Body.FlushAsync(context.RequestAborted);
        await foreach (var change in store.WatchAsync(at.Resource, at.Namespace, selector, after, context.RequestAborted))
        {
            await TellAsync(context, change.Type, (JsonObject)change.Object.DeepClone());
        }
    }

    private static async Task TellAsync(HttpContext context, string type, JsonObject node)
    {
        await context.Response.WriteAsync(new JsonObject { ["type"] = type, ["object"] = node }.ToJsonString() + "\n", context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }
}

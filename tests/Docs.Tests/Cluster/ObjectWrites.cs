using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace ImdsProxy.Docs.Tests.Cluster;

/// <summary>Handles requests that change whole objects.</summary>
internal sealed class ObjectWrites(ObjectStore store, Workloads workloads)
{
    private readonly FieldOwners _owners = new();

    public Task AnswerAsync(HttpContext context, ObjectPath at) => (context.Request.Method, at.Name) switch
    {
        ("DELETE", not null) => DeleteAsync(context, at),
        ("POST", null) when at.Resource.Kind == "SelfSubjectAccessReview" => ReviewAsync(context),
        ("POST", null) => WriteAsync(context, at, (_, body) => body),
        ("PUT", not null) => WriteAsync(context, at, (before, body) => Keep(body, before)),
        ("PATCH", not null) => WriteAsync(context, at, Merge.Into),
        _ => ApiAnswer.FailAsync(context, 405, "MethodNotAllowed", "the tests' cluster does not do that"),
    };

    private static JsonObject Keep(JsonObject body, JsonObject? before)
    {
        if (before?["status"] is { } status)
        {
            body["status"] = status.DeepClone();
        }

        return body;
    }

    private async Task DeleteAsync(HttpContext context, ObjectPath at)
    {
        if (store.Delete(at.Resource, at.Namespace, at.Name!) is not { } gone)
        {
            await ApiAnswer.NotFoundAsync(context, at.Resource.Plural, at.Name!);
            return;
        }

        workloads.Forget(gone);
        await ApiAnswer.WriteAsync(context, 200, gone);
    }

    private static async Task ReviewAsync(HttpContext context)
    {
        var review = (await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted))!;
        review["status"] = new JsonObject { ["allowed"] = true };
        await ApiAnswer.WriteAsync(context, 201, review);
    }

    private async Task WriteAsync(HttpContext context, ObjectPath at, Func<JsonObject?, JsonObject, JsonObject> combine)
    {
        var body = await RequestBody.ReadAsync(context.Request, context.RequestAborted);
        var before = store.Find(at.Resource, at.Namespace, at.Name ?? (string)body["metadata"]!["name"]!);
        var isApply = context.Request.ContentType?.StartsWith("application/apply-patch", StringComparison.Ordinal) == true;
        if (Refusal(context, at, body, before, isApply) is var (code, reason, message))
        {
            await ApiAnswer.FailAsync(context, code, reason, message);
            return;
        }

        var after = combine(before, body);
        if (at.Namespace is not null)
        {
            after["metadata"]!["namespace"] = at.Namespace;
        }

        if (at.Resource.Kind == "ConfigMap")
        {
            _owners.Note(ManagerOf(context), before, after);
        }

        after = store.Put(at.Resource, after);
        await workloads.SettleAsync((JsonObject)after.DeepClone());
        await ApiAnswer.WriteAsync(context, before is null ? 201 : 200, after);
    }

    private (int Code, string Reason, string Message)? Refusal(HttpContext context, ObjectPath at, JsonObject body, JsonObject? before, bool isApply)
    {
        if (at.Namespace is { } ns && store.Find(ApiResource.Of("Namespace"), null, ns) is null)
        {
            return (404, "NotFound", $"namespaces \"{ns}\" not found");
        }

        if (context.Request.Method == "POST" && before is not null)
        {
            return (409, "AlreadyExists", $"{at.Resource.Plural} \"{body["metadata"]!["name"]}\" already exists");
        }

        if (context.Request.Method != "POST" && before is null && !isApply)
        {
            return (404, "NotFound", $"{at.Resource.Plural} \"{at.Name}\" not found");
        }

        return isApply && at.Resource.Kind == "ConfigMap" && context.Request.Query["force"] != "true" && _owners.Conflict(ManagerOf(context), before, body) is { } conflict
            ? (409, "Conflict", conflict)
            : null;
    }

    private static string ManagerOf(HttpContext context) => context.Request.Query["fieldManager"].ToString();
}

using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace ImdsProxy.Docs.Tests.Cluster;

/// <summary>Writes responses as the API server does.</summary>
internal static class ApiAnswer
{
    public static async Task WriteAsync(HttpContext context, int code, JsonNode body)
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(body.ToJsonString(), context.RequestAborted);
    }

    public static Task FailAsync(HttpContext context, int code, string reason, string message) =>
        WriteAsync(context, code, new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["status"] = "Failure",
            ["code"] = code,
            ["reason"] = reason,
            ["message"] = message,
        });

    public static Task NotFoundAsync(HttpContext context, string plural, string name) => FailAsync(context, 404, "NotFound", $"{plural} \"{name}\" not found");
}

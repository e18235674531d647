using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace ImdsProxy.TestKit.FakeKubernetes;

/// <summary>Writes Status objects in the API server's format.</summary>
internal static class FakeStatus
{
    public static JsonObject Of(int code, string reason, string? message = null, string? cause = null) => new()
    {
        ["kind"] = "Status",
        ["apiVersion"] = "v1",
        ["metadata"] = new JsonObject(),
        ["status"] = "Failure",
        ["message"] = message ?? $"the fake says {reason}",
        ["reason"] = reason,
        ["details"] = cause is null ? null : new JsonObject { ["causes"] = new JsonArray(new JsonObject { ["reason"] = cause }), ["retryAfterSeconds"] = 1 },
        ["code"] = code,
    };

    public static Task WriteAsync(HttpContext context, int code, string reason, string? message = null, string? cause = null, int? retryAfter = null)
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = "application/json";
        if (retryAfter is { } seconds)
        {
            context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        return context.Response.WriteAsync(Of(code, reason, message, cause).ToJsonString());
    }
}

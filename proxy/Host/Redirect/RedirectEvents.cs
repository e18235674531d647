using System.Text.Json.Nodes;
using ImdsProxy.Core.Audit;
using ImdsProxy.Redirect.Rules;

namespace ImdsProxy.Redirect;

/// <summary>The events of the redirect, as an auditor reads them.</summary>
internal static class RedirectEvents
{
    /// <param name="now">When.</param>
    /// <param name="options">The rules.</param>
    /// <param name="backend">The backend's name.</param>
    /// <param name="boot">When the node started, if known.</param>
    /// <param name="secondsOpen">For how long pods could reach IMDS directly before, at most; 0 if they could not.</param>
    /// <param name="missing">What was put in place.</param>
    public static AuditEvent Applied(
        DateTimeOffset now, RuleSetOptions options, string backend, DateTimeOffset? boot, double secondsOpen, IEnumerable<string> missing) =>
        new(now, "redirect-applied", new JsonObject
        {
            ["target"] = $"{options.NodeIp}:{options.Port}",
            ["backend"] = backend,
            ["generation"] = options.Generation,
            ["bootTime"] = boot?.UtcDateTime.ToString("O"),
            ["secondsOpen"] = Math.Round(secondsOpen, 3),
            ["put"] = Texts(missing),
        });

    public static AuditEvent Repaired(DateTimeOffset now, IEnumerable<string> missing) =>
        new(now, "redirect-repaired", new JsonObject { ["missing"] = Texts(missing) });

    /// <param name="now">When.</param>
    /// <param name="what"><c>everything</c>, or what was lifted.</param>
    /// <param name="reason">Why.</param>
    /// <param name="until">When it ends by itself, if it does.</param>
    public static AuditEvent Removed(DateTimeOffset now, string what, string reason, DateTimeOffset? until)
    {
        var fields = new JsonObject { ["what"] = what, ["reason"] = reason };
        if (until is { } end)
        {
            fields["until"] = end.UtcDateTime.ToString("O");
        }

        return new AuditEvent(now, "redirect-removed", fields);
    }

    private static JsonArray Texts(IEnumerable<string> texts) => [.. texts.Select(t => (JsonNode)JsonValue.Create(t))];
}

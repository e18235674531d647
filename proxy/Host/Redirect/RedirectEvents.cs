using System.Text.Json.Nodes;
using ImdsProxy.Core.Audit;
using ImdsProxy.Redirect.Rules;

namespace ImdsProxy.Redirect;

/// <summary>The redirect's events in the audit log.</summary>
internal static class RedirectEvents
{
    /// <param name="now">The time of the event.</param>
    /// <param name="options">The parameters of the rules.</param>
    /// <param name="backend">The backend's name.</param>
    /// <param name="boot">When the node started, or null if unknown.</param>
    /// <param name="secondsOpen">The longest time for which pods could have reached IMDS directly before; 0 if they could not.</param>
    /// <param name="missing">The rules that were missing and are now in place.</param>
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

    /// <param name="now">The time of the event.</param>
    /// <param name="what"><c>everything</c>, or the part that was lifted.</param>
    /// <param name="reason">The reason.</param>
    /// <param name="until">When the removal expires, or null if it does not expire.</param>
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

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

    /// <summary>The node's own connections go to the proxy from now on.</summary>
    /// <param name="now">The time of the event.</param>
    /// <param name="target">The proxy's address and port.</param>
    /// <param name="secondsUnseen">How long they did not, or null if unknown.</param>
    public static AuditEvent HostPodsResumed(DateTimeOffset now, string target, double? secondsUnseen) =>
        new(now, "host-pods-resumed", new JsonObject
        {
            ["target"] = target,
            ["secondsUnseen"] = secondsUnseen is { } seconds ? Math.Round(seconds, 3) : null,
        });

    /// <summary>The node's own connections no longer go to the proxy.</summary>
    /// <param name="now">The time of the event.</param>
    /// <param name="since">When their last connection went to the proxy, at the latest.</param>
    /// <param name="reason">The reason.</param>
    public static AuditEvent HostPodsLapsed(DateTimeOffset now, DateTimeOffset since, string reason) =>
        new(now, "host-pods-lapsed", new JsonObject { ["since"] = since.UtcDateTime.ToString("O"), ["reason"] = reason });

    private static JsonArray Texts(IEnumerable<string> texts) => [.. texts.Select(t => (JsonNode)JsonValue.Create(t))];
}

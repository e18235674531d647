using System.Text.Json;

namespace ImdsProxy.WebConsole.Views;

/// <summary>Finds in events the times in which a node did not enforce the policy, or in which its redirect was missing. For use by one thread.</summary>
internal sealed class EnforcementGaps
{
    /// <summary>The events that tell.</summary>
    public static IReadOnlyList<string> Events { get; } =
        ["policy-loaded", "mode-changed", "override-began", "override-ended", "redirect-applied", "redirect-repaired", "redirect-removed", "uninstalling"];

    private readonly Dictionary<(string Node, string What), (DateTime From, string? Detail)> _open = [];
    private readonly List<ExposureJson.Period> _periods = [];

    /// <summary>Adds an event. Events come in the order of time.</summary>
    public void Add(ReadOnlyMemory<byte> line)
    {
        using var document = JsonDocument.Parse(line);
        var fields = document.RootElement;
        var node = Text(fields, "node") ?? "";
        var now = fields.TryGetProperty("ts", out var ts) && ts.TryGetDateTime(out var moment) ? moment.ToUniversalTime() : default;
        switch (Text(fields, "event"))
        {
            case "policy-loaded":
                Mode(node, now, Text(fields, "mode"), Text(fields, "revision"));
                break;
            case "mode-changed":
                Mode(node, now, Text(fields, "to"), null);
                break;
            case "override-began":
                Begin(node, "break glass", now, Text(fields, "reason"));
                break;
            case "override-ended":
                End(node, "break glass", now);
                break;
            case "redirect-removed":
                Begin(node, "redirect removed", now, Text(fields, "reason"));
                break;
            case "redirect-applied":
                End(node, "redirect removed", now);
                break;
            case "redirect-repaired":
                // The time at which the rules were lost is not known. The watch looks every few seconds.
                _periods.Add(new ExposureJson.Period(now, now, node, "redirect repaired", fields.TryGetProperty("missing", out var missing) ? missing.ToString() : null));
                break;
            case "uninstalling":
                Begin(node, "redirect removed", now, "the release is being uninstalled");
                break;
            default:
                break;
        }
    }

    /// <summary>The periods, latest first. A period that has not ended has no end.</summary>
    public IReadOnlyList<ExposureJson.Period> All() =>
    [
        .. _periods
            .Concat(_open.Select(static open => new ExposureJson.Period(open.Value.From, null, open.Key.Node, open.Key.What, open.Value.Detail)))
            .OrderByDescending(static period => period.From)
            .ThenBy(static period => period.Node, StringComparer.Ordinal),
    ];

    private void Mode(string node, DateTime now, string? mode, string? revision)
    {
        if (mode == "audit")
        {
            Begin(node, "audit mode", now, revision is null ? null : $"policy {revision}");
        }
        else
        {
            End(node, "audit mode", now);
        }
    }

    private void Begin(string node, string what, DateTime now, string? detail) => _open.TryAdd((node, what), (now, detail));

    private void End(string node, string what, DateTime now)
    {
        if (_open.Remove((node, what), out var began))
        {
            _periods.Add(new ExposureJson.Period(began.From, now, node, what, began.Detail));
        }
    }

    private static string? Text(JsonElement fields, string name) =>
        fields.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

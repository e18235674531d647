using System.Text.Json;

namespace ImdsProxy.TestKit.Stores;

/// <summary>The dashboard for Grafana in <c>deploy/clickhouse</c>, as what it asks ClickHouse.</summary>
public static class Dashboard
{
    private const string Identity = "kubelet";

    /// <summary>Reads the statement of each panel and of each variable, with its title, as Grafana sends it for the last day.</summary>
    public static IReadOnlyList<(string Title, string Statement)> Read()
    {
        using var dashboard = JsonDocument.Parse(File.ReadAllText(WorkingCopy.At("deploy/clickhouse/dashboard.json")));
        return
        [
            .. dashboard.RootElement.GetProperty("panels").EnumerateArray().SelectMany(static panel => panel.GetProperty("targets").EnumerateArray().Select(target => (Text(panel, "title"), Sent(Text(target, "rawSql"))))),
            .. dashboard.RootElement.GetProperty("templating").GetProperty("list").EnumerateArray()
                .Where(static variable => Text(variable, "query").StartsWith("SELECT", StringComparison.Ordinal))
                .Select(static variable => ($"{Text(variable, "label")} (a variable)", Sent(Text(variable, "query")))),
        ];
    }

    private static string Text(JsonElement part, string name) => part.GetProperty(name).GetString()!;

    // Grafana's macros.
    private static string Sent(string statement)
    {
        var sent = statement.Replace("$__timeFilter(ts)", "ts >= now() - INTERVAL 1 DAY AND ts <= now()", StringComparison.Ordinal)
            .Replace("$__timeInterval(ts)", "toStartOfMinute(ts)", StringComparison.Ordinal)
            .Replace("${identity:text}", Identity, StringComparison.Ordinal);
        return sent.Contains('$', StringComparison.Ordinal) ? throw new FormatException($"a macro has no value: {sent}") : sent;
    }
}

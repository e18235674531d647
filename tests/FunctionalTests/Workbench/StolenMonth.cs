using System.Globalization;
using System.Text.Json.Nodes;

namespace ImdsProxy.FunctionalTests.Workbench;

/// <summary>A month of audit mode made from a real log: what the demo's workloads did, on each day, and on the last day what its attacker did too.</summary>
internal static class StolenMonth
{
    private const int Days = 30;
    private const string Attacked = "shop";

    /// <summary>Writes the month.</summary>
    /// <param name="segments">The directory of the real log.</param>
    /// <param name="path">The file to write.</param>
    public static async Task WriteAsync(string segments, string path)
    {
        var lines = new List<string>();
        foreach (var file in Directory.EnumerateFiles(segments, "audit-*.jsonl").Order(StringComparer.Ordinal))
        {
            lines.AddRange(await File.ReadAllLinesAsync(file));
        }

        await using var output = File.CreateText(path);
        for (var day = Days - 1; day >= 0; day--)
        {
            foreach (var line in lines.Select(static line => JsonNode.Parse(line)!.AsObject()).Where(line => IsOf(line, day)))
            {
                await output.WriteLineAsync(Moved(line, day));
            }
        }
    }

    // Only the audit half of the tour: what the policy denied later is no habit.
    private static bool IsOf(JsonObject line, int day) =>
        (string?)line["kind"] == "request" && (string?)line["mode"] == "audit" && (day == 0 || (string?)line["caller"]!["namespace"] != Attacked);

    // Each day is a chain of its own, as after a restart.
    private static string Moved(JsonObject line, int day)
    {
        var at = DateTimeOffset.Parse((string)line["ts"]!, CultureInfo.InvariantCulture).AddDays(-day);
        line["ts"] = at.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
        line["instance"] = day.ToString("x4", CultureInfo.InvariantCulture);
        return line.ToJsonString();
    }
}

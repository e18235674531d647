using System.Globalization;
using System.Text.Json.Nodes;

namespace ImdsProxy.Audit.Search;

/// <summary>Shows counts: a table with bars for people, JSON lines, or CSV.</summary>
internal static class StatsWriter
{
    private const int BarWidth = 30;

    public static void Write(TextWriter output, AuditStats stats, string form, int most = int.MaxValue)
    {
        switch (form)
        {
            case "json":
                WriteJson(output, stats, most);
                break;
            case "csv":
                WriteCsv(output, stats, most);
                break;
            default:
                WriteTable(output, stats, most);
                break;
        }
    }

    private static void WriteTable(TextWriter output, AuditStats stats, int most)
    {
        var groups = stats.Groups.Take(most).ToList();
        var largest = groups.Select(group => group.Count).DefaultIfEmpty(1).Max();
        List<string[]> rows = [[.. stats.By.Names.Select(name => name.ToUpperInvariant()), "COUNT", "P50 MS", "P90 MS", "P99 MS"]];
        rows.AddRange(groups.Select(group => (string[])[.. group.Key, Number(group.Count), .. Percentiles(group).Select(value => value ?? "-")]));
        var widths = Enumerable.Range(0, rows[0].Length).Select(i => rows.Max(row => row[i].Length)).ToArray();
        for (var n = 0; n < rows.Count; n++)
        {
            var keys = stats.By.Names.Length;
            var cells = rows[n].Select((cell, i) => i < keys ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i]));
            var bar = n == 0 ? "" : new string('█', Math.Max(1, (int)(groups[n - 1].Count * BarWidth / largest)));
            output.WriteLine($"{string.Join("  ", cells)}  {bar}".TrimEnd());
        }
    }

    private static void WriteJson(TextWriter output, AuditStats stats, int most)
    {
        foreach (var group in stats.Groups.Take(most))
        {
            var fields = new JsonObject();
            for (var i = 0; i < group.Key.Count; i++)
            {
                fields[stats.By.Names[i]] = group.Key[i];
            }

            fields["count"] = group.Count;
            fields["p50Ms"] = Round(group.Latency.Percentile(0.5));
            fields["p90Ms"] = Round(group.Latency.Percentile(0.9));
            fields["p99Ms"] = Round(group.Latency.Percentile(0.99));
            output.WriteLine(fields.ToJsonString());
        }
    }

    private static void WriteCsv(TextWriter output, AuditStats stats, int most)
    {
        output.WriteLine(string.Join(',', (string[])[.. stats.By.Names, "count", "p50Ms", "p90Ms", "p99Ms"]));
        foreach (var group in stats.Groups.Take(most))
        {
            output.WriteLine(string.Join(',', (string[])[.. group.Key.Select(CsvRenderer.Escape), Number(group.Count), .. Percentiles(group).Select(value => value ?? "")]));
        }
    }

    private static IEnumerable<string?> Percentiles(StatsGroup group) =>
        ((double[])[0.5, 0.9, 0.99]).Select(share => Round(group.Latency.Percentile(share))?.ToString(CultureInfo.InvariantCulture));

    private static double? Round(double? milliseconds) =>
        milliseconds is { } value ? Math.Round(value, value < 10 ? 2 : value < 100 ? 1 : 0) : null;

    private static string Number(long count) => count.ToString(CultureInfo.InvariantCulture);
}

using System.Globalization;
using System.Text.Json.Nodes;

namespace ImdsProxy.Audit.Search;

/// <summary>Writes counts as a table with bars, as JSON lines, or as CSV.</summary>
internal static class StatsWriter
{
    private const int BarWidth = 30;

    public static void Write(TextWriter output, IReadOnlyList<string> names, IReadOnlyList<StatsRow> rows, string form)
    {
        switch (form)
        {
            case "json":
                WriteJson(output, names, rows);
                break;
            case "csv":
                WriteCsv(output, names, rows);
                break;
            default:
                WriteTable(output, names, rows);
                break;
        }
    }

    private static void WriteTable(TextWriter output, IReadOnlyList<string> names, IReadOnlyList<StatsRow> rows)
    {
        var largest = rows.Select(row => row.Count).DefaultIfEmpty(1).Max();
        List<string[]> lines = [[.. names.Select(name => name.ToUpperInvariant()), "COUNT", "P50 MS", "P90 MS", "P99 MS"]];
        lines.AddRange(rows.Select(row => (string[])[.. row.Key, Number(row.Count), .. Percentiles(row).Select(value => value ?? "-")]));
        var widths = Enumerable.Range(0, lines[0].Length).Select(i => lines.Max(line => line[i].Length)).ToArray();
        for (var n = 0; n < lines.Count; n++)
        {
            var cells = lines[n].Select((cell, i) => i < names.Count ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i]));
            var bar = n == 0 ? "" : new string('█', Math.Max(1, (int)(rows[n - 1].Count * BarWidth / largest)));
            output.WriteLine($"{string.Join("  ", cells)}  {bar}".TrimEnd());
        }
    }

    private static void WriteJson(TextWriter output, IReadOnlyList<string> names, IReadOnlyList<StatsRow> rows)
    {
        foreach (var row in rows)
        {
            var fields = new JsonObject();
            for (var i = 0; i < row.Key.Count; i++)
            {
                fields[names[i]] = row.Key[i];
            }

            fields["count"] = row.Count;
            fields["p50Ms"] = row.P50;
            fields["p90Ms"] = row.P90;
            fields["p99Ms"] = row.P99;
            output.WriteLine(fields.ToJsonString());
        }
    }

    private static void WriteCsv(TextWriter output, IReadOnlyList<string> names, IReadOnlyList<StatsRow> rows)
    {
        output.WriteLine(string.Join(',', (string[])[.. names, "count", "p50Ms", "p90Ms", "p99Ms"]));
        foreach (var row in rows)
        {
            output.WriteLine(string.Join(',', (string[])[.. row.Key.Select(CsvRenderer.Escape), Number(row.Count), .. Percentiles(row).Select(value => value ?? "")]));
        }
    }

    private static IEnumerable<string?> Percentiles(StatsRow row) =>
        ((double?[])[row.P50, row.P90, row.P99]).Select(value => value?.ToString(CultureInfo.InvariantCulture));

    private static string Number(long count) => count.ToString(CultureInfo.InvariantCulture);
}

using System.Globalization;
using System.Text.Json;
using ImdsProxy.Audit.Search;
using ImdsProxy.Core.Audit.Sql;

namespace ImdsProxy.Sources.ClickHouse;

/// <summary>
/// Counts in ClickHouse as <see cref="AuditStats"/> counts lines: a summary as all of its requests, <c>pod-seen</c> only where events
/// are named, and latencies in the buckets of <see cref="LatencyHistogram"/>.
/// </summary>
internal static class ClickHouseStats
{
    private const int NoBucket = -1;

    /// <summary>A statement that returns for each group the number of requests, the used buckets, their counts, and the key.</summary>
    /// <param name="by">The fields to group by.</param>
    /// <param name="from">The table and its conditions.</param>
    /// <param name="most">The most groups.</param>
    /// <exception cref="FormatException">The table does not have a field.</exception>
    public static string Statement(StatsKey by, string from, int most)
    {
        var values = by.Parts.Select(static part => part.Column is { } column ? $"ifNull({Text(column)}, '-')" : Seconds(part.Width)).ToList();
        var names = string.Join(", ", values.Select(static (_, at) => $"k{at}"));
        var keys = string.Join(", ", values.Select(static (value, at) => $"{value} AS k{at}"));
        var texts = string.Join(", ", by.Parts.Select(static (part, at) => part.Column is null ? $"toString(toDateTime64(k{at}, 0, 'UTC'))" : $"k{at}"));
        var others = by.Names.Contains("event", StringComparer.Ordinal) ? "" : " AND ifNull(event, '') != 'pod-seen'";
        // There are as many groups as requests if they have a group each. Then only the latencies of those that are shown are sorted into buckets.
        var shown = by.Parts.Any(HasManyValues) ? $" AND ({string.Join(", ", values)}) IN (SELECT {keys} {from}{others} GROUP BY {names} {InOrder("sum(requests)")})" : "";
        var buckets = $"SELECT {keys}, {Bucket} AS bucket, sum(requests) AS n, count() AS c {from}{others}{shown} GROUP BY {names}, bucket";
        return $"SELECT toString(sum(n)) AS total, {Array("bucket")}, {Array("c")}, {texts} FROM ({buckets}) GROUP BY {names} {InOrder("sum(n)")}";

        string InOrder(string count) => $"ORDER BY {(by.ByTime ? names : $"{count} DESC, {names}")} LIMIT {most.ToString(CultureInfo.InvariantCulture)}";
    }

    /// <summary>Reads one row of the statement's answer.</summary>
    /// <exception cref="FormatException">It is not such a row.</exception>
    public static StatsGroup Parse(ReadOnlyMemory<byte> row, int keys)
    {
        try
        {
            using var document = JsonDocument.Parse(row);
            var cells = document.RootElement;
            var group = new StatsGroup([.. Enumerable.Range(3, keys).Select(at => AuditColumn.Printable(cells[at].GetString() ?? "-"))]) { Count = Number(cells[0]) };
            for (var i = 0; i < cells[1].GetArrayLength(); i++)
            {
                group.Latency.AddTo((int)Number(cells[1][i]), Number(cells[2][i]));
            }

            return group;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or IndexOutOfRangeException or OverflowException)
        {
            throw new FormatException("the server is not ClickHouse: its counts can't be read", e);
        }
    }

    private static string Bucket { get; } = string.Create(
        CultureInfo.InvariantCulture,
        $"multiIf(ms IS NULL, {NoBucket}, ms <= {LatencyHistogram.Least}, 0, least({LatencyHistogram.Buckets - 1}, toInt32(floor(log(ms / {LatencyHistogram.Least}) / log({LatencyHistogram.Growth}))) + 1))");

    private static string Array(string column) => $"arrayMap(x -> toString(x), groupArrayIf({column}, bucket != {NoBucket}))";

    private static long Number(JsonElement cell) => long.Parse(cell.GetString() ?? "", NumberStyles.None, CultureInfo.InvariantCulture);

    private static string Text(AuditColumn column) => column.IsEndpoint
        ? SqlColumns.Endpoint
        : $"coalesce({string.Join(", ", column.Fields.Select(field => SqlColumns.Text(field) ?? throw new FormatException($"--by {column.Name}: the table has no such column; use --nodes, or search and count the lines")))})";

    private static bool HasManyValues((AuditColumn? Column, TimeSpan Width) part) => part.Column is not { } column || column.Fields.Any(SqlColumns.HasManyValues);

    // The beginning of the interval, in seconds since 1970. Intervals begin at year 1, as on a node.
    private static string Seconds(TimeSpan width)
    {
        var ticks = $"({DateTimeOffset.UnixEpoch.Ticks.ToString(CultureInfo.InvariantCulture)} + toUnixTimestamp64Nano(CAST(ts AS DateTime64(9, 'UTC'))) DIV 100)";
        return $"({ticks} - {ticks} % {width.Ticks.ToString(CultureInfo.InvariantCulture)} - {DateTimeOffset.UnixEpoch.Ticks.ToString(CultureInfo.InvariantCulture)}) DIV {TimeSpan.TicksPerSecond.ToString(CultureInfo.InvariantCulture)}";
    }
}

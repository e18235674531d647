using System.Text.Json;

namespace ImdsProxy.Audit.Search;

/// <summary>A group's count and percentiles, rounded to meaningful digits, for display and for the management API.</summary>
internal sealed record StatsRow(IReadOnlyList<string> Key, long Count, double? P50, double? P90, double? P99)
{
    public static StatsRow Of(StatsGroup group) => new(
        group.Key, group.Count, Round(group.Latency.Percentile(0.5)), Round(group.Latency.Percentile(0.9)), Round(group.Latency.Percentile(0.99)));

    /// <summary>Parses a JSON line of <see cref="StatsWriter"/>.</summary>
    /// <exception cref="FormatException">The line is not such a row.</exception>
    public static StatsRow Parse(ReadOnlyMemory<byte> line, IReadOnlyList<string> names)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var fields = document.RootElement;
            return new StatsRow(
                [.. names.Select(name => fields.GetProperty(name).GetString() ?? "-")],
                fields.GetProperty("count").GetInt64(),
                Number(fields, "p50Ms"),
                Number(fields, "p90Ms"),
                Number(fields, "p99Ms"));
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new FormatException("the server at the management address is not imds-proxy: its counts cannot be read", e);
        }
    }

    private static double? Number(JsonElement fields, string name) =>
        fields.TryGetProperty(name, out var number) && number.ValueKind == JsonValueKind.Number ? number.GetDouble() : null;

    private static double? Round(double? milliseconds) =>
        milliseconds is { } value ? Math.Round(value, value < 10 ? 2 : value < 100 ? 1 : 0) : null;
}

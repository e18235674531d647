using System.Text.Json;

namespace ImdsProxy.Audit.Search;

/// <summary>A group's count and percentiles, rounded to what can be told, as they are shown and as the management address tells them.</summary>
internal sealed record StatsRow(IReadOnlyList<string> Key, long Count, double? P50, double? P90, double? P99)
{
    public static StatsRow Of(StatsGroup group) => new(
        group.Key, group.Count, Round(group.Latency.Percentile(0.5)), Round(group.Latency.Percentile(0.9)), Round(group.Latency.Percentile(0.99)));

    /// <summary>Reads a line of <see cref="StatsWriter"/>'s JSON.</summary>
    /// <exception cref="FormatException">It is none.</exception>
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
            throw new FormatException("what answered at the management address is no imds-proxy: its counts can't be read", e);
        }
    }

    private static double? Number(JsonElement fields, string name) =>
        fields.TryGetProperty(name, out var number) && number.ValueKind == JsonValueKind.Number ? number.GetDouble() : null;

    private static double? Round(double? milliseconds) =>
        milliseconds is { } value ? Math.Round(value, value < 10 ? 2 : value < 100 ? 1 : 0) : null;
}

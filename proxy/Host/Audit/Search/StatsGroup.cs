namespace ImdsProxy.Audit.Search;

/// <summary>The number and latency of requests and events that have the same values in the grouping fields.</summary>
internal sealed class StatsGroup(string[] key)
{
    public IReadOnlyList<string> Key => key;

    public long Count { get; set; }

    public LatencyHistogram Latency { get; } = new();
}

namespace ImdsProxy.Audit.Search;

/// <summary>How many requests and events have the same values of the fields that are grouped by, and how long the requests took.</summary>
internal sealed class StatsGroup(string[] key)
{
    public IReadOnlyList<string> Key => key;

    public long Count { get; set; }

    public LatencyHistogram Latency { get; } = new();
}

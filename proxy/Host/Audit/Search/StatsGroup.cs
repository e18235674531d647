namespace ImdsProxy.Audit.Search;

/// <summary>How many lines have the same values of the fields that are grouped by, and how long their requests took.</summary>
internal sealed class StatsGroup(string[] key)
{
    public IReadOnlyList<string> Key => key;

    public long Count { get; set; }

    public LatencyHistogram Latency { get; } = new();
}

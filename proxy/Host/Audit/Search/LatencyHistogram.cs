namespace ImdsProxy.Audit.Search;

/// <summary>
/// A histogram of milliseconds. Each bucket is 5 % wider than the previous one, so a few hundred counters give
/// percentiles accurate to 5 %.
/// </summary>
internal sealed class LatencyHistogram
{
    private const double Least = 0.001;
    private const double Growth = 1.05;

    // Covers up to 33 minutes.
    private readonly int[] _buckets = new int[440];
    private long _count;

    public void Add(double milliseconds)
    {
        var bucket = milliseconds <= Least ? 0 : (int)(Math.Log(milliseconds / Least) / Math.Log(Growth)) + 1;
        _buckets[Math.Min(bucket, _buckets.Length - 1)]++;
        _count++;
    }

    /// <summary>The latency that the given share of requests does not exceed, or null if there are no requests.</summary>
    public double? Percentile(double share)
    {
        var wanted = (long)Math.Ceiling(_count * share);
        var seen = 0L;
        for (var bucket = 0; bucket < _buckets.Length && _count > 0; bucket++)
        {
            seen += _buckets[bucket];
            if (seen >= wanted)
            {
                return Least * Math.Pow(Growth, bucket);
            }
        }

        return null;
    }
}

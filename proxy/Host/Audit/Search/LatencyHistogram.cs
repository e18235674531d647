namespace ImdsProxy.Audit.Search;

/// <summary>
/// A histogram of milliseconds. Each bucket is 5 % wider than the previous one, so a few hundred counters give
/// percentiles accurate to 5 %.
/// </summary>
internal sealed class LatencyHistogram
{
    /// <summary>The upper bound of the first bucket, in milliseconds.</summary>
    public const double Least = 0.001;

    /// <summary>The upper bound of a bucket, relative to the previous one.</summary>
    public const double Growth = 1.05;

    /// <summary>The number of buckets. They cover up to 33 minutes.</summary>
    public const int Buckets = 440;

    private readonly long[] _buckets = new long[Buckets];
    private long _count;

    public void Add(double milliseconds)
    {
        var bucket = milliseconds <= Least ? 0 : (int)(Math.Log(milliseconds / Least) / Math.Log(Growth)) + 1;
        AddTo(Math.Min(bucket, _buckets.Length - 1), 1);
    }

    /// <summary>Adds requests that were counted elsewhere.</summary>
    /// <exception cref="IndexOutOfRangeException">There is no such bucket.</exception>
    public void AddTo(int bucket, long count)
    {
        _buckets[bucket] += count;
        _count += count;
    }

    /// <summary>The buckets that are not empty, as pairs of place and count.</summary>
    public IEnumerable<int> Pairs => Enumerable.Range(0, _buckets.Length).Where(bucket => _buckets[bucket] > 0).SelectMany(bucket => (int[])[bucket, (int)Math.Min(_buckets[bucket], int.MaxValue)]);

    /// <summary>Adds requests that were counted elsewhere.</summary>
    /// <exception cref="FormatException">The pairs are not those of a histogram.</exception>
    public void Add(ReadOnlySpan<int> pairs)
    {
        for (var i = 0; i < pairs.Length; i += 2)
        {
            if (i + 1 == pairs.Length || pairs[i] < 0 || pairs[i] >= _buckets.Length || pairs[i + 1] < 0)
            {
                throw new FormatException("the latencies of a group are of another version");
            }

            AddTo(pairs[i], pairs[i + 1]);
        }
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

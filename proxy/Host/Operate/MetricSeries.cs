namespace ImdsProxy.Operate;

/// <summary>The numbers of one set of labels. Written by many threads at once without a lock.</summary>
internal sealed class MetricSeries
{
    private readonly double[] _boundaries;
    private readonly long[] _buckets;
    private long _whole;
    private double _part;

    public MetricSeries(double[] boundaries)
    {
        _boundaries = boundaries;
        _buckets = boundaries.Length == 0 ? [] : new long[boundaries.Length + 1];
    }

    /// <summary>The value of a counter or gauge; the sum of a histogram.</summary>
    public double Value => Interlocked.Read(ref _whole) + Volatile.Read(ref _part);

    /// <summary>Measurements in a histogram's bucket, not cumulated.</summary>
    public long Bucket(int index) => Interlocked.Read(ref _buckets[index]);

    public void Add(long value) => Interlocked.Add(ref _whole, value);

    public void Add(double value)
    {
        var seen = Volatile.Read(ref _part);
        double before;
        while (!BitConverter.DoubleToInt64Bits(before = Interlocked.CompareExchange(ref _part, seen + value, seen))
            .Equals(BitConverter.DoubleToInt64Bits(seen)))
        {
            seen = before;
        }
    }

    public void Set(double value) => Volatile.Write(ref _part, value);

    public void Record(double value)
    {
        var bucket = 0;
        while (bucket < _boundaries.Length && !(value <= _boundaries[bucket]))
        {
            bucket++;
        }

        Interlocked.Increment(ref _buckets[bucket]);
        Add(value);
    }
}

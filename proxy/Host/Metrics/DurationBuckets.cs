namespace ImdsProxy.Metrics;

/// <summary>The buckets of all durations, in seconds.</summary>
internal static class DurationBuckets
{
    /// <summary>
    /// The buckets range from 50 µs (a denial) to 2 minutes (the longest request for scheduled events). The usual defaults start
    /// at 5 ms, so everything that an in-memory proxy does would fall into the first bucket.
    /// </summary>
    public static readonly double[] Seconds =
    [
        50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 100e-3, 250e-3, 500e-3, 1, 2.5, 5, 10, 30, 120,
    ];
}

using System.Diagnostics.Metrics;

namespace ImdsProxy.Operate;

/// <summary>The buckets of all durations, in seconds.</summary>
internal static class DurationBuckets
{
    /// <summary>
    /// From 50 µs, about what a denial takes, to 2 minutes, how long scheduled events may. Peers start at 5 ms
    /// or at 0.5 s, where everything an in-memory proxy does falls into the first bucket.
    /// </summary>
    public static readonly InstrumentAdvice<double> Advice = new()
    {
        HistogramBucketBoundaries =
        [
            50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 100e-3, 250e-3, 500e-3, 1, 2.5, 5, 10, 30, 120,
        ],
    };
}

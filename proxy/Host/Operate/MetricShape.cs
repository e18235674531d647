using System.Diagnostics.Metrics;

namespace ImdsProxy.Operate;

/// <summary>What Prometheus has to know of an instrument before its first measurement.</summary>
/// <param name="Type">The word after <c># TYPE</c>.</param>
/// <param name="Use">What a measurement does.</param>
/// <param name="Boundaries">Upper bounds of a histogram's buckets, ascending, without infinity; empty for all else.</param>
internal sealed record MetricShape(string Type, MetricUse Use, double[] Boundaries)
{
    // The Go client's DefBuckets, which dashboards expect where nothing else is said.
    private static readonly double[] DefaultBoundaries = [.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10];

    /// <summary>The shape of an instrument, or null where its kind or number type is none of those in use here.</summary>
    public static MetricShape? Of(Instrument instrument) => Of<long>(instrument) ?? Of<int>(instrument) ?? Of<double>(instrument);

    private static MetricShape? Of<T>(Instrument instrument)
        where T : struct => instrument switch
        {
            Counter<T> => new("counter", MetricUse.Add, []),
            ObservableCounter<T> => new("counter", MetricUse.Set, []),
            UpDownCounter<T> => new("gauge", MetricUse.Add, []),
            ObservableUpDownCounter<T> or ObservableGauge<T> or Gauge<T> => new("gauge", MetricUse.Set, []),
            Histogram<T> histogram => new("histogram", MetricUse.Record, Bounds(histogram)),
            _ => null,
        };

    private static double[] Bounds<T>(Histogram<T> histogram)
        where T : struct =>
        histogram.Advice?.HistogramBucketBoundaries is { Count: > 0 } advice
            ? [.. advice.Select(bound => Convert.ToDouble(bound, System.Globalization.CultureInfo.InvariantCulture))]
            : DefaultBoundaries;
}

using Prometheus;

namespace ImdsProxy.Metrics;

/// <summary>
/// Creates metrics by name, reads observed values at each scrape, and writes Prometheus text (docs/decisions/0018). A process has
/// one registry; a test that runs several proxies in a process has one registry for each.
/// </summary>
internal sealed class MetricsRegistry
{
    private readonly CollectorRegistry _registry = Prometheus.Metrics.NewCustomRegistry();
    private readonly List<Observation> _observations = [];

    public MetricsRegistry() => Factory = Prometheus.Metrics.WithCustomRegistry(_registry);

    /// <summary>Creates metrics that need no observation.</summary>
    public MetricFactory Factory { get; }

    /// <summary>A counter. Its name has the prefix <c>imds_proxy_</c> and the ending <c>_total</c>.</summary>
    public Counter Counter(string name, string help, params string[] labels) => Factory.CreateCounter(name, help, labels);

    public Gauge Gauge(string name, string help, params string[] labels) => Factory.CreateGauge(name, help, labels);

    /// <summary>A histogram of seconds.</summary>
    public Histogram Duration(string name, string help, params string[] labels) =>
        Factory.CreateHistogram(name, help, labels, new HistogramConfiguration { Buckets = DurationBuckets.Seconds });

    /// <summary>A gauge whose value is read at each scrape. A read that throws leaves the gauge out of that scrape.</summary>
    public void Observe(string name, string help, Func<double> read)
    {
        var gauge = Factory.CreateGauge(name, help, new GaugeConfiguration { SuppressInitialValue = true });
        Observe(() => gauge.Set(read()), gauge.Unpublish);
    }

    /// <summary>A counter whose value is read at each scrape. It never falls.</summary>
    public void ObserveTotal(string name, string help, Func<double> read)
    {
        var counter = Factory.CreateCounter(name, help, new CounterConfiguration { SuppressInitialValue = true });
        Observe(() => counter.IncTo(read()), counter.Unpublish);
    }

    /// <summary>A gauge with one series for each value of a label, read at each scrape.</summary>
    /// <param name="name">The metric's name, with the prefix <c>imds_proxy_</c>.</param>
    /// <param name="help">The metric's help text.</param>
    /// <param name="label">The label whose values the read returns. They must be few.</param>
    /// <param name="read">Returns the current series. A series that is no longer returned disappears.</param>
    public void ObserveEach(string name, string help, string label, Func<IEnumerable<(string Value, double Measured)>> read)
    {
        var gauge = Gauge(name, help, label);
        Observe(() => Replace(gauge, read()), () => Replace(gauge, []));
    }

    /// <summary>Reads the observed values and writes all metrics.</summary>
    /// <returns>The failures of observations, or null. The text is complete except for those metrics.</returns>
    public async Task<AggregateException?> WriteAsync(Stream output, CancellationToken cancellation)
    {
        // Concurrent scrapes set the same gauges to the same values.
        var failures = _observations.Select(static observation => observation.Take()).OfType<Exception>().ToList();
        await _registry.CollectAndExportAsTextAsync(output, ExpositionFormat.PrometheusText, cancellation);
        return failures.Count == 0 ? null : new AggregateException(failures);
    }

    private void Observe(Action read, Action leaveOut) => _observations.Add(new Observation(read, leaveOut));

    private static void Replace(Gauge gauge, IEnumerable<(string Value, double Measured)> series)
    {
        var gone = gauge.GetAllLabelValues().Select(static labels => labels[0]).ToHashSet(StringComparer.Ordinal);
        foreach (var (value, measured) in series)
        {
            gauge.WithLabels(value).Set(measured);
            gone.Remove(value);
        }

        foreach (var value in gone)
        {
            gauge.RemoveLabelled(value);
        }
    }

    private sealed record Observation(Action Read, Action LeaveOut)
    {
        public Exception? Take()
        {
            try
            {
                Read();
                return null;
            }
            catch (Exception e)
            {
                // A metric that cannot be read must not hide all the others.
                LeaveOut();
                return e;
            }
        }
    }
}

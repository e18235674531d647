using System.Buffers;
using System.Diagnostics.Metrics;

namespace ImdsProxy.Operate;

/// <summary>
/// Gathers every instrument of the proxy's meters and writes them as Prometheus text. Hears only what is measured
/// after it was made, so it is made before the first request.
/// </summary>
internal sealed class PrometheusText : IDisposable
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly SortedDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);
    private readonly MeterListener _listener = new();
    private readonly Lock _gate = new();
    private readonly Lock _scrape = new();
    private readonly object? _scope;

    /// <param name="scope">Where given, meters of another scope are left out: several proxies in one process, as in tests.</param>
    public PrometheusText(object? scope = null)
    {
        _scope = scope;
        _listener.InstrumentPublished = Publish;
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, state) => ((MetricFamily)state!).Measure(value, tags));
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, state) => ((MetricFamily)state!).Measure((long)value, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, state) => ((MetricFamily)state!).Measure(value, tags));
        _listener.Start();
    }

    /// <summary>Writes all that is known this moment. One scrape at a time; measuring never waits for it.</summary>
    /// <returns>What broke while values were asked for, or null. The text is whole but for the instruments that broke.</returns>
    public AggregateException? Write(IBufferWriter<byte> output)
    {
        lock (_scrape)
        {
            var families = Families();
            var failure = Observe(families);
            var writer = new PrometheusWriter(output);
            Array.ForEach(families, writer.Family);
            return failure;
        }
    }

    public void Dispose() => _listener.Dispose();

    private AggregateException? Observe(MetricFamily[] families)
    {
        foreach (var family in families.Where(family => family.Observed))
        {
            family.Clear();
        }

        try
        {
            _listener.RecordObservableInstruments();
            return null;
        }
        catch (AggregateException e)
        {
            return e;
        }
    }

    private MetricFamily[] Families()
    {
        lock (_gate)
        {
            return [.. _families.Values];
        }
    }

    private void Publish(Instrument instrument, MeterListener listener)
    {
        if (IsOurs(instrument.Meter) && MetricShape.Of(instrument) is { } shape && Family(instrument, shape) is { } family)
        {
            listener.EnableMeasurementEvents(instrument, family);
        }
    }

    private bool IsOurs(Meter meter) =>
        (meter.Name == ProxyMetrics.MeterName || meter.Name.StartsWith(ProxyMetrics.MeterName + ".", StringComparison.Ordinal))
        && (_scope is null || meter.Scope is null || ReferenceEquals(meter.Scope, _scope));

    // A name taken by another type of metric stays with it: two types under one name make the whole text invalid.
    private MetricFamily? Family(Instrument instrument, MetricShape shape)
    {
        var name = MetricName.Of(instrument, shape.Type);
        lock (_gate)
        {
            if (!_families.TryGetValue(name, out var family))
            {
                family = new MetricFamily(name, instrument.Description ?? instrument.Name, shape, instrument.IsObservable);
                _families.Add(name, family);
            }

            return family.Shape.Type == shape.Type && family.Observed == instrument.IsObservable ? family : null;
        }
    }
}

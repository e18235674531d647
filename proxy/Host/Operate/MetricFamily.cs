using System.Collections.Concurrent;

namespace ImdsProxy.Operate;

/// <summary>All series of one Prometheus name. A set of labels seen before costs a lookup: no lock, no allocation.</summary>
internal sealed class MetricFamily
{
    /// <summary>
    /// A backstop against a label that grows without end; the instruments themselves are bounded far below it
    /// (5 verdicts, 16 reasons, 13 endpoints and 2 modes, of which few occur together).
    /// </summary>
    public const int MaximumSeries = 2_000;

    private static readonly KeyValuePair<string, object?>[] OverflowTags = [new("overflow", "true")];

    private readonly ConcurrentDictionary<MetricLabels, MetricSeries> _series = new(MetricLabelsComparer.Instance);
    private readonly ConcurrentDictionary<MetricLabels, MetricSeries>.AlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>> _lookup;
    private readonly SortedDictionary<string, MetricSeries> _byText = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private MetricSeries? _overflow;

    public MetricFamily(string name, string help, MetricShape shape, bool observed)
    {
        Name = name;
        Help = help;
        Shape = shape;
        Observed = observed;
        _lookup = _series.GetAlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>>();
    }

    public string Name { get; }

    public string Help { get; }

    public MetricShape Shape { get; }

    /// <summary>Whether its values are asked for at each scrape, and only those told then exist.</summary>
    public bool Observed { get; }

    public void Measure(long value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (Shape.Use == MetricUse.Add)
        {
            Find(tags).Add(value);
        }
        else
        {
            Measure((double)value, tags);
        }
    }

    public void Measure(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var series = Find(tags);
        switch (Shape.Use)
        {
            case MetricUse.Add:
                series.Add(value);
                break;
            case MetricUse.Set:
                series.Set(value);
                break;
            default:
                series.Record(value);
                break;
        }
    }

    /// <summary>The series of this moment, by their labels' text.</summary>
    public KeyValuePair<string, MetricSeries>[] Snapshot()
    {
        lock (_gate)
        {
            return [.. _byText];
        }
    }

    /// <summary>Forgets all series: what an instrument no longer tells must not go on being reported.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _series.Clear();
            _byText.Clear();
            _overflow = null;
        }
    }

    private MetricSeries Find(ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        _lookup.TryGetValue(tags, out var series) ? series : Volatile.Read(ref _overflow) ?? Add(tags);

    private MetricSeries Add(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_gate)
        {
            var full = _series.Count >= MaximumSeries;
            var labels = new MetricLabels(full ? OverflowTags : tags);
            if (!_byText.TryGetValue(labels.Text, out var series))
            {
                series = new MetricSeries(Shape.Boundaries);
                _byText.Add(labels.Text, series);
            }

            if (full)
            {
                _overflow = series;
                return series;
            }

            return _series.GetOrAdd(labels, series);
        }
    }
}

using System.Buffers;
using System.Globalization;
using System.Text;

namespace ImdsProxy.Operate;

/// <summary>The lines of the Prometheus text format, version 0.0.4.</summary>
internal readonly struct PrometheusWriter(IBufferWriter<byte> output)
{
    public void Family(MetricFamily family)
    {
        var series = family.Snapshot();
        if (series.Length == 0)
        {
            return;
        }

        var help = family.Help.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        Text($"# HELP {family.Name} {help}\n# TYPE {family.Name} {family.Shape.Type}\n");
        foreach (var (labels, values) in series)
        {
            if (family.Shape.Use == MetricUse.Record)
            {
                Histogram(family, labels, values);
            }
            else
            {
                Sample(family.Name, labels, values.Value);
            }
        }
    }

    // The count is the sum of the buckets as they were read, so that it and the last bucket always agree.
    private void Histogram(MetricFamily family, string labels, MetricSeries series)
    {
        var bounds = family.Shape.Boundaries;
        var count = 0L;
        for (var i = 0; i <= bounds.Length; i++)
        {
            count += series.Bucket(i);
            var bound = i < bounds.Length ? Number(bounds[i]) : "+Inf";
            Sample(family.Name + "_bucket", $"{labels}{(labels.Length == 0 ? "" : ",")}le=\"{bound}\"", count);
        }

        Sample(family.Name + "_sum", labels, series.Value);
        Sample(family.Name + "_count", labels, count);
    }

    private void Sample(string name, string labels, double value) =>
        Text(labels.Length == 0 ? $"{name} {Number(value)}\n" : $"{name}{{{labels}}} {Number(value)}\n");

    private void Text(string text) => Encoding.UTF8.GetBytes(text, output);

    // As Go writes it, because queries name buckets by their text: 5e-05, +Inf.
    private static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "+Inf"
        : double.IsNegativeInfinity(value) ? "-Inf"
        : value.ToString("R", CultureInfo.InvariantCulture).Replace('E', 'e');
}

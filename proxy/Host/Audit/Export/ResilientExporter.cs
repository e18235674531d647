using System.Collections.Concurrent;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;

namespace ImdsProxy.Audit.Export;

/// <summary>
/// The OTLP exporter, with its failures seen: by itself it drops a batch without a word when its receiver is away.
/// The batch's records go back to a pool whatever happens, so it is not kept here: <see cref="OtlpExport"/> keeps the
/// lines and sends them again.
/// </summary>
internal sealed class ResilientExporter(OtlpLogExporter exporter) : BaseExporter<LogRecord>
{
    private readonly BlockingCollection<(int Count, bool Taken)> _outcomes = [];

    /// <summary>Waits until so many records have met their fate.</summary>
    /// <returns>Whether the receiver has taken all of them.</returns>
    public bool Await(int count)
    {
        // Not by the processor's flush: that ends once the records have been read, which may be long before the answer.
        var taken = true;
        while (count > 0)
        {
            var outcome = _outcomes.Take();
            count -= outcome.Count;
            taken &= outcome.Taken;
        }

        return taken;
    }

    public override ExportResult Export(in Batch<LogRecord> batch)
    {
        var count = (int)batch.Count;
        var result = exporter.Export(batch);
        _outcomes.Add((count, result == ExportResult.Success));
        return result;
    }

    protected override bool OnShutdown(int timeoutMilliseconds) => exporter.Shutdown(timeoutMilliseconds);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            exporter.Dispose();
            _outcomes.Dispose();
        }

        base.Dispose(disposing);
    }
}

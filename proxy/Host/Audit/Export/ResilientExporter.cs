using System.Collections.Concurrent;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;

namespace ImdsProxy.Audit.Export;

/// <summary>
/// Makes failures of the OTLP exporter visible: the exporter silently drops a batch if its receiver is unavailable. This class
/// can't keep a batch, because its records return to a pool in any case. <see cref="OtlpExport"/> keeps the lines and sends them again.
/// </summary>
internal sealed class ResilientExporter(OtlpLogExporter exporter) : BaseExporter<LogRecord>
{
    private readonly BlockingCollection<(int Count, bool Taken)> _outcomes = [];

    /// <summary>Waits until this many records have been sent or have failed.</summary>
    /// <returns>Whether the receiver has accepted all of them.</returns>
    public bool Await(int count)
    {
        // The processor's flush is not enough: it ends once the records have been read, which may be long before the answer.
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

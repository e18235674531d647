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
    private int _failures;
    private int _exported;

    /// <summary>What was exported and how many batches failed since the last call.</summary>
    public (int Exported, int Failures) TakeOutcome() => (Interlocked.Exchange(ref _exported, 0), Interlocked.Exchange(ref _failures, 0));

    public override ExportResult Export(in Batch<LogRecord> batch)
    {
        var count = (int)batch.Count;
        var result = exporter.Export(batch);
        if (result == ExportResult.Success)
        {
            Interlocked.Add(ref _exported, count);
        }
        else
        {
            Interlocked.Increment(ref _failures);
        }

        return result;
    }

    protected override bool OnShutdown(int timeoutMilliseconds) => exporter.Shutdown(timeoutMilliseconds);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            exporter.Dispose();
        }

        base.Dispose(disposing);
    }
}

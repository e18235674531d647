using OpenTelemetry;
using OpenTelemetry.Logs;

namespace ImdsProxy.Audit.Export;

/// <summary>
/// Gives an exporter the provider's resource, which names the service. The SDK gives it only to exporters of its own processors, not to
/// one that another exporter wraps. This processor exports nothing.
/// </summary>
internal sealed class ResourceOfExporter(BaseExporter<LogRecord> exporter) : SimpleLogRecordExportProcessor(exporter)
{
    public override void OnEnd(LogRecord data)
    {
    }
}

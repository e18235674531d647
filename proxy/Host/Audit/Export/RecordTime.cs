using System.Globalization;
using OpenTelemetry;
using OpenTelemetry.Logs;

namespace ImdsProxy.Audit.Export;

/// <summary>Gives an OpenTelemetry log record the time of its line. The SDK would use the time of sending.</summary>
internal sealed class RecordTime : BaseProcessor<LogRecord>
{
    public override void OnEnd(LogRecord data)
    {
        if (data.Attributes is LineAttributes line
            && DateTimeOffset.TryParse(line.Time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
        {
            data.Timestamp = time.UtcDateTime;
        }
    }
}

using System.Globalization;
using OpenTelemetry;
using OpenTelemetry.Logs;

namespace ImdsProxy.Audit.Export;

/// <summary>Gives an OpenTelemetry log record the time its line bears; the SDK takes the time at which it was sent.</summary>
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

using Microsoft.Extensions.Options;
using OpenTelemetry.Logs;

namespace ImdsProxy.Audit.Export;

/// <summary>Options that never change.</summary>
internal sealed class FixedOptions(OpenTelemetryLoggerOptions options) : IOptionsMonitor<OpenTelemetryLoggerOptions>
{
    public OpenTelemetryLoggerOptions CurrentValue => options;

    public OpenTelemetryLoggerOptions Get(string? name) => options;

    public IDisposable? OnChange(Action<OpenTelemetryLoggerOptions, string?> listener) => null;
}

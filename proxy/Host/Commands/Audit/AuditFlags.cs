using System.CommandLine;
using ImdsProxy.Audit.Settings;
using ImdsProxy.Commands.Flags;

namespace ImdsProxy.Commands.Audit;

/// <summary>The audit log flags of every command that writes an audit log.</summary>
internal sealed class AuditFlags
{
    private readonly Option<string?> _directory = Flag.Text("--audit-dir", "Keep the audit log in this directory");

    private readonly Option<bool> _stdout = Flag.Switch("--audit-stdout", "Write the audit log to stdout; the default if no directory is given");

    private readonly Option<bool> _fsync = Flag.Switch("--audit-fsync", "Answer only after the record is on disk, not just in the page cache");

    private readonly Option<long> _maxBytes = Flag.Of("--audit-max-bytes", "Maximum size of the directory, at least 1MiB; the oldest segments are removed first", MaxBytes, "1GiB");

    private readonly Option<TimeSpan> _maxAge = Flag.Of("--audit-max-age", "Remove segments older than this", FlagValues.Duration, "90d");

    private readonly Option<AuditOnError> _onError = Flag.Of("--audit-on-error", "What to do if the directory can't be written: 'stdout' writes records to stdout; 'deny' answers enforced requests with 503", OnError, "stdout");

    private readonly Option<Uri?> _otlp = Flag.Of<Uri?>("--audit-otlp", "Send records as OpenTelemetry logs (HTTP/protobuf) to this URL, which must end in /v1/logs", OtlpEndpoint);

    private readonly Option<long> _otlpQueue = Flag.Of("--audit-otlp-queue", "Maximum memory for records that wait for the OTLP receiver; records beyond this limit are counted, not exported", FlagValues.Size, "8MiB");

    /// <summary>Adds the flags to a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_directory);
        command.Options.Add(_stdout);
        command.Options.Add(_fsync);
        command.Options.Add(_maxBytes);
        command.Options.Add(_maxAge);
        command.Options.Add(_onError);
        command.Options.Add(_otlp);
        command.Options.Add(_otlpQueue);
    }

    /// <summary>Reads the options from the flags.</summary>
    public AuditOptions Read(ParseResult flags, string? cluster, string? node) => new()
    {
        Cluster = cluster,
        Node = node,
        Directory = flags.GetValue(_directory) is { } directory ? Path.GetFullPath(directory) : null,
        StandardOutput = flags.GetValue(_stdout),
        Fsync = flags.GetValue(_fsync),
        MaxBytes = flags.GetValue(_maxBytes),
        MaxAge = flags.GetValue(_maxAge),
        OnError = flags.GetValue(_onError),
        Otlp = flags.GetValue(_otlp),
        OtlpQueueBytes = flags.GetValue(_otlpQueue),
    };

    // A segment has at least 64 KiB, and each share of the directory must hold several segments.
    private static long MaxBytes(string text) =>
        FlagValues.Size(text) is var bytes and >= 1 << 20 ? bytes : throw new FormatException("write at least 1MiB");

    private static AuditOnError OnError(string text) => text switch
    {
        "stdout" => AuditOnError.Stdout,
        "deny" => AuditOnError.Deny,
        _ => throw new FormatException("write stdout or deny"),
    };

    // The exporter does not append the path. Without it, the receiver would answer every export with 404.
    private static Uri OtlpEndpoint(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.AbsolutePath.EndsWith("/v1/logs", StringComparison.Ordinal)
            ? uri
            : throw new FormatException("write a URL that ends in /v1/logs, such as http://otel-collector:4318/v1/logs");
}

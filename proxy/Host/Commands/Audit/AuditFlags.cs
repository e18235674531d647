using System.CommandLine;
using ImdsProxy.Audit.Settings;
using ImdsProxy.Commands.Flags;

namespace ImdsProxy.Commands.Audit;

/// <summary>The flags of the audit log, for each command that keeps one.</summary>
internal sealed class AuditFlags
{
    private readonly Option<string?> _directory = Flag.Text("--audit-dir", "Keep the audit log in this directory");

    private readonly Option<bool> _stdout = Flag.Switch("--audit-stdout", "Write the audit log to stdout, which is the default where no directory is given");

    private readonly Option<bool> _fsync = Flag.Switch("--audit-fsync", "Answer only once the disk has the record, not just the kernel");

    private readonly Option<long> _maxBytes = Flag.Of("--audit-max-bytes", "The most that the directory takes, at least 1MiB: the oldest segments go first", MaxBytes, "1GiB");

    private readonly Option<TimeSpan> _maxAge = Flag.Of("--audit-max-age", "Remove segments older than this", FlagValues.Duration, "90d");

    private readonly Option<AuditOnError> _onError = Flag.Of("--audit-on-error", "When the directory can't be written: 'stdout' writes there, 'deny' lets nothing leave that needs a record", OnError, "stdout");

    private readonly Option<Uri?> _otlp = Flag.Of<Uri?>("--audit-otlp", "Send records as OpenTelemetry logs (HTTP/protobuf) to this URL, with its /v1/logs", OtlpEndpoint);

    private readonly Option<long> _otlpQueue = Flag.Of("--audit-otlp-queue", "How much memory lines may take that wait for the OTLP receiver; what comes beyond it is not exported, and counted", FlagValues.Size, "8MiB");

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

    /// <summary>What the flags say.</summary>
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

    // The smallest segment has 64 KiB, and a share has to hold several.
    private static long MaxBytes(string text) =>
        FlagValues.Size(text) is var bytes and >= 1 << 20 ? bytes : throw new FormatException("write at least 1MiB");

    private static AuditOnError OnError(string text) => text switch
    {
        "stdout" => AuditOnError.Stdout,
        "deny" => AuditOnError.Deny,
        _ => throw new FormatException("write stdout or deny"),
    };

    // The exporter takes the path as it is; one without it would be told 404 for ever.
    private static Uri OtlpEndpoint(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.AbsolutePath.EndsWith("/v1/logs", StringComparison.Ordinal)
            ? uri
            : throw new FormatException("write a URL that ends in /v1/logs, such as http://otel-collector:4318/v1/logs");
}

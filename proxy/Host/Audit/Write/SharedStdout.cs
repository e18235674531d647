using ImdsProxy.Audit.Settings;

namespace ImdsProxy.Audit.Write;

/// <summary>Stdout, which all chains of a process share, either as the only output or in addition to a directory.</summary>
internal sealed class SharedStdout
{
    public SharedStdout(IRecordOutput output, AuditOptions options, TimeProvider time, ILogger logger)
    {
        Only = new StdoutLines(output, logger);
        Beside = options.Directory is null ? null : new LaggingOutput(output, options.WriteDeadline, time, logger);
    }

    /// <summary>Stdout as the only output.</summary>
    public StdoutLines Only { get; }

    /// <summary>Stdout in addition to a directory, or null without a directory.</summary>
    public LaggingOutput? Beside { get; }
}

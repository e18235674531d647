namespace ImdsProxy.Audit.Write;

/// <summary>Writes lines to stdout. Logs the first failure, and remembers the last.</summary>
internal sealed partial class StdoutLines(IRecordOutput output, ILogger logger)
{
    /// <summary>The reason why the last lines could not be written, or null.</summary>
    public string? Failure { get; private set; }

    /// <summary>Returns whether the kernel has the lines.</summary>
    public bool TryWrite(ReadOnlySpan<byte> lines)
    {
        try
        {
            output.Write(lines);
            Failure = null;
            return true;
        }
        catch (IOException e)
        {
            if (Failure is null)
            {
                Log.StdoutFailed(logger, e.Message);
            }

            Failure = e.Message;
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventName = "AuditStdoutFailed", Level = LogLevel.Error, Message = "{Cause}")]
        public static partial void StdoutFailed(ILogger logger, string cause);
    }
}

namespace ImdsProxy.Audit.Write;

/// <summary>Stdout as a place for lines that may fail: the first failure is logged, and the last remembered.</summary>
internal sealed partial class StdoutLines(IRecordOutput output, ILogger logger)
{
    /// <summary>Why the last lines could not be written, or null.</summary>
    public string? Failure { get; private set; }

    /// <summary>True once the kernel has them.</summary>
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

namespace ImdsProxy.Logs;

/// <summary>How operational logs are written.</summary>
internal enum LogFormat
{
    /// <summary>One line per entry, for people.</summary>
    Console,

    /// <summary>One JSON object per line.</summary>
    Json,
}

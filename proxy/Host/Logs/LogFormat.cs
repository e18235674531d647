namespace ImdsProxy.Logs;

/// <summary>How operational logs are written.</summary>
internal enum LogFormat
{
    /// <summary>One line for people.</summary>
    Console,

    /// <summary>One JSON object a line.</summary>
    Json,
}

using Microsoft.Extensions.Logging.Console;

namespace ImdsProxy.Logs;

/// <summary>Sets up operational logs: to stderr, one line per entry. Stdout carries only records and results.</summary>
internal static class LoggingSetup
{
    private const string OwnCategories = "ImdsProxy";
    private const string Forwarder = "Yarp.ReverseProxy";

    /// <param name="format">How entries are written.</param>
    /// <param name="level">The lowest level of the proxy's own entries. Libraries log from this level too, but never below warning.</param>
    public static ILoggerFactory Create(LogFormat format, LogLevel level) => LoggerFactory.Create(logging =>
    {
        logging.AddConsole(console =>
        {
            console.FormatterName = format == LogFormat.Json ? JsonLineFormatter.FormatterName : ConsoleLineFormatter.FormatterName;
            console.LogToStandardErrorThreshold = LogLevel.Trace;

            // Logging must not block when the reader of stderr stalls.
            console.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite;
        });
        logging.Services.AddSingleton<ConsoleFormatter>(new ConsoleLineFormatter(TimeProvider.System));
        logging.Services.AddSingleton<ConsoleFormatter>(new JsonLineFormatter(TimeProvider.System));
        logging.SetMinimumLevel(level > LogLevel.Warning ? level : LogLevel.Warning);
        logging.AddFilter(OwnCategories, level);

        // YARP logs each failed request with a stack trace, and a pod could provoke that as often as it likes by disconnecting. The
        // audit log records all of these requests.
        logging.AddFilter(Forwarder, LogLevel.Error);
    });

    /// <summary><c>--log-format</c>. Throws a <see cref="FormatException"/> that says what to write instead.</summary>
    public static LogFormat Format(string text) => text switch
    {
        "console" => LogFormat.Console,
        "json" => LogFormat.Json,
        _ => throw new FormatException("write console or json"),
    };

    /// <summary><c>--log-level</c>. Throws a <see cref="FormatException"/> that says what to write instead.</summary>
    public static LogLevel Level(string text) => text switch
    {
        "trace" => LogLevel.Trace,
        "debug" => LogLevel.Debug,
        "information" => LogLevel.Information,
        "warning" => LogLevel.Warning,
        "error" => LogLevel.Error,
        "none" => LogLevel.None,
        _ => throw new FormatException("write trace, debug, information, warning, error or none"),
    };

    /// <summary>The name of a level in a line: the names that <see cref="Level"/> reads, and <c>critical</c>.</summary>
    public static string Word(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "information",
        LogLevel.Warning => "warning",
        LogLevel.Error => "error",
        _ => "critical",
    };
}

using Microsoft.Extensions.Logging.Console;

namespace ImdsProxy.Logs;

/// <summary>Operational logs: to stderr, one line an entry, because stdout carries records and results only.</summary>
internal static class LoggingSetup
{
    private const string OwnCategories = "ImdsProxy";
    private const string Forwarder = "Yarp.ReverseProxy";

    /// <param name="format">How entries are written.</param>
    /// <param name="level">From which level on the proxy's own categories are heard; libraries are heard from warning on at the lowest.</param>
    public static ILoggerFactory Create(LogFormat format, LogLevel level) => LoggerFactory.Create(logging =>
    {
        logging.AddConsole(console =>
        {
            console.FormatterName = format == LogFormat.Json ? JsonLineFormatter.FormatterName : ConsoleLineFormatter.FormatterName;
            console.LogToStandardErrorThreshold = LogLevel.Trace;

            // Whoever logs must not wait for a reader of stderr that stalls.
            console.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite;
        });
        logging.Services.AddSingleton<ConsoleFormatter>(new ConsoleLineFormatter(TimeProvider.System));
        logging.Services.AddSingleton<ConsoleFormatter>(new JsonLineFormatter(TimeProvider.System));
        logging.SetMinimumLevel(level > LogLevel.Warning ? level : LogLevel.Warning);
        logging.AddFilter(OwnCategories, level);

        // It tells of each request that fails, with a stack trace: also of each that a pod breaks off, as often as the pod
        // likes. The audit record has all of them.
        logging.AddFilter(Forwarder, LogLevel.Error);

        // Heard at all, it makes an Activity for each request, which nobody reads: the audit record says more.
        logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);

        // A host that can't start throws besides, and the command that started it says why in one line.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
    });

    /// <summary><c>--log-format</c>. Throws <see cref="FormatException"/> with the cure.</summary>
    public static LogFormat Format(string text) => text switch
    {
        "console" => LogFormat.Console,
        "json" => LogFormat.Json,
        _ => throw new FormatException("write console or json"),
    };

    /// <summary><c>--log-level</c>. Throws <see cref="FormatException"/> with the cure.</summary>
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

    /// <summary>The word of a level in a line; the same ones that <see cref="Level"/> reads, and <c>critical</c>.</summary>
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

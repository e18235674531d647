using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace ImdsProxy.Logs;

/// <summary>
/// <c>2026-11-21T04:30:00.123Z information PolicyLoaded: Policy 3f2a… is in force</c>. Control characters become
/// spaces, so that text from outside can neither start a new line nor control the terminal.
/// </summary>
internal sealed class ConsoleLineFormatter(TimeProvider time) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "imds-proxy-line";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        textWriter.Write(time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        textWriter.Write(' ');
        textWriter.Write(LoggingSetup.Word(logEntry.LogLevel));
        textWriter.Write(' ');
        textWriter.Write(logEntry.EventId.Name ?? logEntry.Category);
        textWriter.Write(": ");
        WriteOneLine(textWriter, logEntry.Formatter(logEntry.State, logEntry.Exception));
        if (logEntry.Exception is { } exception)
        {
            textWriter.Write(" | ");
            WriteOneLine(textWriter, exception.ToString());
        }

        textWriter.Write('\n');
    }

    private static void WriteOneLine(TextWriter writer, string text)
    {
        foreach (var c in text)
        {
            writer.Write(BreaksLine(c) ? ' ' : c);
        }
    }

    // U+2028 and U+2029 break lines for some readers; bidirectional marks (Cf) reorder the text that is shown.
    private static bool BreaksLine(char c) => char.IsControl(c) || char.GetUnicodeCategory(c)
        is UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Format;
}

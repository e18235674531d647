using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace ImdsProxy.Logs;

/// <summary>
/// <c>{"ts":…,"level":…,"event":…,"category":…,"message":…,"fields":{…},"exception":…}</c>: a field that audit records also have
/// has the same name in both, so that one pipeline can read logs and records.
/// </summary>
internal sealed class JsonLineFormatter(TimeProvider time) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "imds-proxy-json";

    private const string OriginalFormat = "{OriginalFormat}";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteString("ts", time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture));
            json.WriteString("level", LoggingSetup.Word(logEntry.LogLevel));
            json.WriteString("event", logEntry.EventId.Name ?? "");
            json.WriteString("category", logEntry.Category);
            json.WriteString("message", logEntry.Formatter(logEntry.State, logEntry.Exception));
            WriteFields(json, logEntry.State as IEnumerable<KeyValuePair<string, object?>>);
            if (logEntry.Exception is { } exception)
            {
                json.WriteString("exception", exception.ToString());
            }

            json.WriteEndObject();
        }

        textWriter.Write(Encoding.UTF8.GetString(output.WrittenSpan));
        textWriter.Write('\n');
    }

    // Fields go into a separate object, so that a field called "level" does not replace the level of the entry.
    private static void WriteFields(Utf8JsonWriter json, IEnumerable<KeyValuePair<string, object?>>? fields)
    {
        json.WriteStartObject("fields");
        foreach (var (name, value) in (fields ?? []).Where(field => field.Key != OriginalFormat))
        {
            json.WriteString(name, Text(value));
        }

        json.WriteEndObject();
    }

    // The invariant culture would write dates as 11/21/2026.
    private static string Text(object? value) => value switch
    {
        DateTimeOffset time => time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
        DateTime time => time.ToString("O", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}

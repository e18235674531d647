using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ImdsProxy.Core.Audit;

/// <summary>Writes text that a pod may have chosen. The result stays a single line of printable ASCII with a bounded length.</summary>
internal static class AuditText
{
    /// <summary>The relaxed encoder keeps paths readable and searchable. <see cref="EscapedText"/> escapes all characters other than plain ASCII.</summary>
    public static readonly JsonWriterOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    /// <summary>Writes a property, or nothing if the value is null.</summary>
    /// <param name="json">Receives the property.</param>
    /// <param name="name">The property's name.</param>
    /// <param name="text">The value, or null.</param>
    /// <param name="most">The maximum size of the value in bytes, after escaping.</param>
    /// <returns>Whether the value was truncated.</returns>
    public static bool Write(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? text, int most)
    {
        if (text is null)
        {
            return false;
        }

        json.WritePropertyName(name);
        return WriteValue(json, text, most);
    }

    /// <summary>Writes a string, truncated to a maximum size (excluding the quotes). Returns whether it was truncated.</summary>
    public static bool WriteValue(Utf8JsonWriter json, ReadOnlySpan<char> text, int most)
    {
        if (text.Length <= most && !text.ContainsAnyExcept(EscapedText.Plain))
        {
            json.WriteStringValue(text);
            return false;
        }

        Span<byte> quoted = stackalloc byte[most + 2];
        var length = EscapedText.Write(text, quoted[1..^1], out var isCut);
        (quoted[0], quoted[length + 1]) = ((byte)'"', (byte)'"');
        json.WriteRawValue(quoted[..(length + 2)], skipInputValidation: true);
        return isCut;
    }

    /// <summary>Writes a time in UTC with seven decimals.</summary>
    public static void WriteTimestamp(Utf8JsonWriter json, ReadOnlySpan<byte> name, DateTimeOffset moment) =>
        WriteMoment(json, name, moment, "O");

    /// <summary>Writes a time in UTC in whole seconds.</summary>
    public static void WriteSeconds(Utf8JsonWriter json, ReadOnlySpan<byte> name, DateTimeOffset moment) =>
        WriteMoment(json, name, moment, "yyyy-MM-ddTHH:mm:ssZ");

    /// <summary>Writes milliseconds, rounded to microseconds.</summary>
    public static void WriteMilliseconds(Utf8JsonWriter json, ReadOnlySpan<byte> name, double milliseconds) =>
        json.WriteNumber(name, double.IsFinite(milliseconds) ? Math.Round(milliseconds, 3) : 0);

    private static void WriteMoment(Utf8JsonWriter json, ReadOnlySpan<byte> name, DateTimeOffset moment, string format)
    {
        Span<byte> text = stackalloc byte[40];
        moment.UtcDateTime.TryFormat(text, out var length, format, CultureInfo.InvariantCulture);
        json.WriteString(name, text[..length]);
    }
}

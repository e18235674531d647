using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ImdsProxy.Core.Audit;

/// <summary>Writes text that a pod may have chosen, so that the line stays one line of printable ASCII of bounded length.</summary>
internal static class AuditText
{
    /// <summary>Relaxed, so that a path stays readable and can be grepped; all that is not plain ASCII goes another way.</summary>
    public static readonly JsonWriterOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    /// <summary>Writes a property, or nothing where there is no value.</summary>
    /// <param name="json">Where it goes.</param>
    /// <param name="name">Its name.</param>
    /// <param name="text">Its value, or null.</param>
    /// <param name="most">The bytes that the value may take once it is escaped.</param>
    /// <returns>Whether the value was cut.</returns>
    public static bool Write(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? text, int most)
    {
        if (text is null)
        {
            return false;
        }

        json.WritePropertyName(name);
        return WriteValue(json, text, most);
    }

    /// <summary>Writes a string of at most so many bytes, its quotes not counted. Tells whether it was cut.</summary>
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

    /// <summary>Writes a moment in UTC with seven decimals.</summary>
    public static void WriteTimestamp(Utf8JsonWriter json, ReadOnlySpan<byte> name, DateTimeOffset moment) =>
        WriteMoment(json, name, moment, "O");

    /// <summary>Writes a moment in UTC in whole seconds.</summary>
    public static void WriteSeconds(Utf8JsonWriter json, ReadOnlySpan<byte> name, DateTimeOffset moment) =>
        WriteMoment(json, name, moment, "yyyy-MM-ddTHH:mm:ssZ");

    /// <summary>Writes milliseconds, to the microsecond.</summary>
    public static void WriteMilliseconds(Utf8JsonWriter json, ReadOnlySpan<byte> name, double milliseconds) =>
        json.WriteNumber(name, double.IsFinite(milliseconds) ? Math.Round(milliseconds, 3) : 0);

    private static void WriteMoment(Utf8JsonWriter json, ReadOnlySpan<byte> name, DateTimeOffset moment, string format)
    {
        Span<byte> text = stackalloc byte[40];
        moment.UtcDateTime.TryFormat(text, out var length, format, CultureInfo.InvariantCulture);
        json.WriteString(name, text[..length]);
    }
}

using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ImdsProxy.Core.Audit;

/// <summary>Writes text that a pod may have chosen, so that the line stays one line of printable ASCII of bounded length.</summary>
internal static class AuditText
{
    /// <summary>What the contract keeps of a raw target; nothing else a pod chooses needs more.</summary>
    public const int MaxLength = 1024;

    /// <summary>Enough to tell clients apart: the longest seen of an Azure SDK has 150 characters.</summary>
    public const int MaxUserAgentLength = 256;

    /// <summary>Relaxed, so that a path stays readable and can be grepped; all that is not plain ASCII goes another way.</summary>
    public static readonly JsonWriterOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    // A char beyond ASCII, or U+FFFD; the two of a pair have four bytes together.
    private const int MaxUtf8PerChar = 3;

    /// <summary>Writes a property, or nothing where there is no value.</summary>
    public static void Write(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? text, int maxLength = MaxLength)
    {
        if (text is not null)
        {
            json.WritePropertyName(name);
            WriteValue(json, text, maxLength);
        }
    }

    /// <summary>Writes a string, cut at <paramref name="maxLength"/> characters.</summary>
    public static void WriteValue(Utf8JsonWriter json, ReadOnlySpan<char> text, int maxLength = MaxLength)
    {
        var cut = text.Length > maxLength ? text[..maxLength] : text;
        if (cut.IndexOfAnyExceptInRange(' ', '~') < 0)
        {
            json.WriteStringValue(cut);
        }
        else
        {
            // The strict encoder escapes all that is not ASCII: line separators, bidirectional marks. It throws at half a
            // surrogate pair, which the cut can leave of any text; the way over UTF-8 puts U+FFFD in its place.
            Span<byte> utf8 = stackalloc byte[cut.Length * MaxUtf8PerChar];
            json.WriteStringValue(JsonEncodedText.Encode(utf8[..Encoding.UTF8.GetBytes(cut, utf8)], JavaScriptEncoder.Default));
        }
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

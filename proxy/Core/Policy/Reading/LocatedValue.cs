using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ImdsProxy.Core.Policy.Reading;

/// <summary>A JSON value that knows where it stands. Pointers are worked out only for what is reported.</summary>
/// <param name="document">What it stands in.</param>
/// <param name="parent">The object or list that it is in; null of a root.</param>
/// <param name="key">Its key in an object.</param>
/// <param name="index">Its number in a list.</param>
/// <param name="kind">What it is.</param>
/// <param name="line">From 1.</param>
/// <param name="offset">The byte of the whole at which it begins.</param>
internal sealed class LocatedValue(
    LocatedDocument document, LocatedValue? parent, string? key, int index, JsonValueKind kind, int line, int offset)
{
    /// <summary>As much of a bad value as a problem shows.</summary>
    private const int MaxWritten = 80;

    public JsonValueKind Kind { get; } = kind;

    /// <summary>From 1.</summary>
    public int Line { get; } = line;

    /// <summary>The byte at which it begins.</summary>
    public int Offset { get; } = offset;

    /// <summary>The decoded text of a string, the digits of a number.</summary>
    public string Text { get; init; } = "";

    public LocatedValue[] Items { get; set; } = [];

    public LocatedMember[] Members { get; set; } = [];

    public bool IsRoot => parent is null;

    /// <summary>How many bytes it has, once it was read to its end.</summary>
    public int Length { get; set; }

    /// <summary>The file it stands in; empty where there is only one.</summary>
    public string Fragment => document.Label.TrimEnd(':');

    /// <summary>A JSON pointer (RFC 6901); the empty string is the document.</summary>
    public string Pointer => parent is null
        ? ""
        : parent.Pointer + "/" + (key is null ? IndexText : key.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal));

    /// <summary>The place as people write it: <c>rules[1].allow[0].path</c>.</summary>
    public string Place => parent is null ? document.Label : key is null ? $"{parent.Place}[{IndexText}]" : Join(parent.Place, key);

    /// <summary>The value as it was written, on one line, without a string's quotes, cut at 80 characters.</summary>
    public string Written
    {
        get
        {
            // No character takes more than four bytes.
            var text = Encoding.UTF8.GetString(Source.Span[..Math.Min(Source.Length, 4 * (MaxWritten + 2))]);
            text = Kind == JsonValueKind.String ? text[1..].TrimEnd('"') : string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
            return text.Length <= MaxWritten ? text : text[..MaxWritten];
        }
    }

    /// <summary>Its bytes.</summary>
    public ReadOnlyMemory<byte> Source => document.Bytes.Slice(Offset - document.Start, Length);

    private string IndexText => index.ToString(CultureInfo.InvariantCulture);

    /// <summary>The same value with what is in it, where that was left out. Whoever asks keeps it no longer than needed.</summary>
    public LocatedValue Open() => LocatedJson.Open(document, this, parent, index);

    /// <summary>The place of a member of the object at <paramref name="place"/>.</summary>
    public static string Join(string place, string key) => place.Length == 0 ? key : place[^1] == ':' ? $"{place} {key}" : $"{place}.{key}";
}

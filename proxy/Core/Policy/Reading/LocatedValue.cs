using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ImdsProxy.Core.Policy.Reading;

/// <summary>A JSON value that knows its place. Pointers are computed only for problems.</summary>
/// <param name="document">The document that contains the value.</param>
/// <param name="parent">The object or list that contains the value; null for a root.</param>
/// <param name="key">The value's key in an object.</param>
/// <param name="index">The value's index in a list.</param>
/// <param name="kind">The kind of JSON value.</param>
/// <param name="line">The value's line, from 1.</param>
/// <param name="offset">The value's first byte as an offset in the merged policy.</param>
internal sealed class LocatedValue(
    LocatedDocument document, LocatedValue? parent, string? key, int index, JsonValueKind kind, int line, int offset)
{
    /// <summary>The maximum number of characters of a bad value that a problem shows.</summary>
    private const int MaxWritten = 80;

    public JsonValueKind Kind { get; } = kind;

    /// <summary>The line, from 1.</summary>
    public int Line { get; } = line;

    /// <summary>The offset of the first byte in the merged policy.</summary>
    public int Offset { get; } = offset;

    /// <summary>The decoded text of a string, or the digits of a number.</summary>
    public string Text { get; init; } = "";

    public LocatedValue[] Items { get; set; } = [];

    public LocatedMember[] Members { get; set; } = [];

    public bool IsRoot => parent is null;

    /// <summary>The number of bytes. Set once the value is read to its end.</summary>
    public int Length { get; set; }

    /// <summary>The file that contains the value. Empty if the policy is a single document.</summary>
    public string Fragment => document.Label.TrimEnd(':');

    /// <summary>The JSON pointer (RFC 6901). The empty string is the whole document.</summary>
    public string Pointer => parent is null
        ? ""
        : parent.Pointer + "/" + (key is null ? IndexText : key.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal));

    /// <summary>The place in a readable form: <c>rules[1].allow[0].path</c>.</summary>
    public string Place => parent is null ? document.Label : key is null ? $"{parent.Place}[{IndexText}]" : Join(parent.Place, key);

    /// <summary>The value as written, on one line, without a string's quotes, truncated to 80 characters.</summary>
    public string Written
    {
        get
        {
            // A character takes at most four bytes.
            var text = Encoding.UTF8.GetString(Source.Span[..Math.Min(Source.Length, 4 * (MaxWritten + 2))]);
            text = Kind == JsonValueKind.String ? text[1..].TrimEnd('"') : string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
            return text.Length <= MaxWritten ? text : text[..MaxWritten];
        }
    }

    /// <summary>The bytes of the value.</summary>
    public ReadOnlyMemory<byte> Source => document.Bytes.Slice(Offset - document.Start, Length);

    private string IndexText => index.ToString(CultureInfo.InvariantCulture);

    /// <summary>The same value with the content that a closed value lacks. Callers should release it soon: see <see cref="LocatedJson"/>.</summary>
    public LocatedValue Open() => LocatedJson.Open(document, this, parent, index);

    /// <summary>The place of a member of the object at <paramref name="place"/>.</summary>
    public static string Join(string place, string key) => place.Length == 0 ? key : place[^1] == ':' ? $"{place} {key}" : $"{place}.{key}";
}

using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ImdsProxy.Core.Policy.Reading;

/// <summary>A JSON value that knows where it stands. Pointers are worked out only for what is reported.</summary>
internal sealed class LocatedValue(LocatedValue? parent, string? key, int index, JsonValueKind kind, int line, int offset)
{
    /// <summary>As much of a bad value as a problem shows.</summary>
    private const int MaxWritten = 80;

    // A document has tens of thousands of values, most of them texts: what has no entries or members shares these.
    private static readonly List<LocatedValue> NoItems = [];
    private static readonly List<LocatedMember> NoMembers = [];

    public JsonValueKind Kind { get; } = kind;

    /// <summary>From 1.</summary>
    public int Line { get; } = line;

    /// <summary>The byte at which it begins.</summary>
    public int Offset { get; } = offset;

    /// <summary>The decoded text of a string, the digits of a number.</summary>
    public string Text { get; init; } = "";

    public List<LocatedValue> Items { get; } = kind == JsonValueKind.Array ? [] : NoItems;

    public List<LocatedMember> Members { get; } = kind == JsonValueKind.Object ? [] : NoMembers;

    /// <summary>Of a root: the file it stands in, with a colon; empty where there is only one.</summary>
    public string Label { get; init; } = "";

    /// <summary>The file it stands in; empty where there is only one.</summary>
    public string Fragment => parent?.Fragment ?? Label.TrimEnd(':');

    /// <summary>Its bytes, once it was read to its end.</summary>
    public ReadOnlyMemory<byte> Source { get; set; }

    /// <summary>A JSON pointer (RFC 6901); the empty string is the document.</summary>
    public string Pointer => parent is null
        ? ""
        : parent.Pointer + "/" + (key is null ? IndexText : key.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal));

    /// <summary>The place as people write it: <c>rules[1].allow[0].path</c>.</summary>
    public string Place => parent is null ? Label : key is null ? $"{parent.Place}[{IndexText}]" : Join(parent.Place, key);

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

    private string IndexText => index.ToString(CultureInfo.InvariantCulture);

    /// <summary>The place of a member of the object at <paramref name="place"/>.</summary>
    public static string Join(string place, string key) => place.Length == 0 ? key : place[^1] == ':' ? $"{place} {key}" : $"{place}.{key}";
}

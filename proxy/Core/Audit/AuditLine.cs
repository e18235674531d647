using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace ImdsProxy.Core.Audit;

/// <summary>
/// Finds the fields of a line. One instance is used for many lines, so that reading a line allocates nothing; the caller passes
/// the line to each method. A field is found only at its own place in the JSON, whatever else the line contains.
/// </summary>
public sealed class AuditLine
{
    private static readonly (byte[] Key, AuditField Field)[] Top = AuditFields.Of("");
    private static readonly (byte[] Key, AuditField Field)[] Caller = AuditFields.Of("caller");
    private static readonly (byte[] Key, AuditField Field)[] Request = AuditFields.Of("request");
    private static readonly (byte[] Key, AuditField Field)[] Selector = AuditFields.Of("selector");
    private static readonly (byte[] Key, AuditField Field)[] Summary = AuditFields.Of("summary");
    private static readonly (byte[] Key, AuditField Field)[] Response = AuditFields.Of("response");
    private static readonly (byte[] Key, AuditField Field)[] Issued = AuditFields.Of("issued");
    private static readonly (byte[] Key, AuditField Field)[] Returned = AuditFields.Of("returned");
    private static readonly (byte[] Key, AuditField Field)[] Upstream = AuditFields.Of("upstream");

    private readonly Place[] _places = new Place[AuditFields.Number];
    private readonly byte[] _unescaped = new byte[64 << 10];

    /// <summary>Whether the line records an issued credential.</summary>
    public bool HasIssued { get; private set; }

    /// <summary>Finds the fields of a line. Returns false if the line is not a JSON object with a time and a kind.</summary>
    public bool TryParse(ReadOnlySpan<byte> line)
    {
        Array.Clear(_places);
        HasIssued = false;
        if (line.IsEmpty || line[0] != (byte)'{')
        {
            return false;
        }

        var reader = new Utf8JsonReader(line);
        try
        {
            reader.Read();
            ReadObject(ref reader, Top);
            return !reader.Read() && Has(AuditField.Time) && Has(AuditField.Kind);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a name with half a surrogate pair, which this program never writes.
            return false;
        }
    }

    /// <summary>The number of requests that the line stands for: the count of a summary, or 1.</summary>
    public long Requests(ReadOnlySpan<byte> line) =>
        TryGetNumber(line, AuditField.Summed, out var summed) && summed is >= 1 and < long.MaxValue ? (long)summed : 1;

    public bool Has(AuditField field) => _places[(int)field].Kind != JsonTokenType.None;

    /// <summary>The unescaped bytes of a field, valid until the next call. Empty if the line does not have the field.</summary>
    public ReadOnlySpan<byte> Get(ReadOnlySpan<byte> line, AuditField field)
    {
        var place = _places[(int)field];
        var raw = line.Slice(place.Start, place.Length);
        return place.Escaped && place.Length < _unescaped.Length ? Unescape(line.Slice(place.Start - 1, place.Length + 2)) : raw;
    }

    /// <summary>A field as text, or null if the line does not have it.</summary>
    public string? GetText(ReadOnlySpan<byte> line, AuditField field) =>
        Has(field) ? Encoding.UTF8.GetString(Get(line, field)) : null;

    public bool TryGetNumber(ReadOnlySpan<byte> line, AuditField field, out double number)
    {
        number = 0;
        return _places[(int)field].Kind == JsonTokenType.Number && Utf8Parser.TryParse(Get(line, field), out number, out _);
    }

    private void ReadObject(ref Utf8JsonReader reader, (byte[] Key, AuditField Field)[] keys)
    {
        // Keys come in the order of the table, so the search starts after the previous key.
        var next = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var nested = keys == Top ? Nested(ref reader) : keys == Request && reader.ValueTextEquals("selector"u8) ? Selector : null;
            var found = nested is null ? Find(ref reader, keys, next) : -1;
            next = found < 0 ? next : found + 1;
            reader.Read();
            if (reader.TokenType == JsonTokenType.StartObject && nested is not null)
            {
                HasIssued |= nested == Issued;
                ReadObject(ref reader, nested);
            }
            else
            {
                Keep(ref reader, found < 0 ? null : keys[found].Field);
            }
        }
    }

    private static (byte[] Key, AuditField Field)[]? Nested(ref Utf8JsonReader reader) => reader.ValueSpan.Length switch
    {
        6 when reader.ValueTextEquals("caller"u8) => Caller,
        6 when reader.ValueTextEquals("issued"u8) => Issued,
        7 when reader.ValueTextEquals("request"u8) => Request,
        7 when reader.ValueTextEquals("summary"u8) => Summary,
        8 when reader.ValueTextEquals("response"u8) => Response,
        8 when reader.ValueTextEquals("upstream"u8) => Upstream,
        8 when reader.ValueTextEquals("returned"u8) => Returned,
        _ => null,
    };

    private static int Find(ref Utf8JsonReader reader, (byte[] Key, AuditField Field)[] keys, int next)
    {
        for (var i = 0; i < keys.Length; i++)
        {
            var at = next + i < keys.Length ? next + i : next + i - keys.Length;
            if (reader.ValueTextEquals(keys[at].Key))
            {
                return at;
            }
        }

        return -1;
    }

    private void Keep(ref Utf8JsonReader reader, AuditField? field)
    {
        var kind = reader.TokenType;
        var start = (int)reader.TokenStartIndex;
        var escaped = reader.ValueIsEscaped;
        if (kind is JsonTokenType.StartArray or JsonTokenType.StartObject)
        {
            reader.Skip();
        }

        // Only labels are shown as a whole object.
        var isShown = kind != JsonTokenType.Null && (kind != JsonTokenType.StartObject || field == AuditField.Labels);
        if (field is not { } known || _places[(int)known].Kind != JsonTokenType.None || !isShown)
        {
            return;
        }

        var quote = kind == JsonTokenType.String ? 1 : 0;
        _places[(int)known] = new Place(start + quote, (int)reader.BytesConsumed - start - (2 * quote), kind, escaped);
    }

    private ReadOnlySpan<byte> Unescape(ReadOnlySpan<byte> quoted)
    {
        var reader = new Utf8JsonReader(quoted);
        reader.Read();
        try
        {
            return _unescaped.AsSpan(0, reader.CopyString(_unescaped));
        }
        catch (InvalidOperationException)
        {
            // A lone surrogate, which this program never writes. Its escape is returned unchanged.
            return quoted[1..^1];
        }
    }

    private readonly record struct Place(int Start, int Length, JsonTokenType Kind, bool Escaped);
}

using System.Text.Json;
using ImdsProxy.Core.Demands.Evidence;

namespace ImdsProxy.Core.Demands.Reducing;

/// <summary>
/// Reads the fields of a line in one pass. A field counts only at its own place in the JSON; the first of several counts. A
/// member of another type than the writer's is ignored.
/// </summary>
internal sealed class RecordReader
{
    // Longer than any text of a record, which has at most 8 KiB.
    private const int MostText = 16 << 10;

    // More than any count or sequence number. Sums of these don't overflow.
    private const long MostNumber = 1L << 40;

    private readonly TextPool _pool = new();
    private readonly char[] _text = new char[MostText];
    private RecordFields _fields = new();

    /// <summary>Reads a line. Returns null if it is not a JSON object with a time and a kind.</summary>
    public RecordFields? Read(ReadOnlySpan<byte> line)
    {
        if (line.IsEmpty || line[0] != '{')
        {
            return null;
        }

        _fields = new RecordFields();
        var reader = new Utf8JsonReader(line);
        try
        {
            reader.Read();
            string? kind = null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                ReadTop(ref reader, ref kind);
            }

            _fields.IsEvent = kind == "event";
            return !reader.Read() && _fields.Ticks > 0 && kind is "event" or "request" ? _fields : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: half a surrogate pair, which the writer never writes.
            return null;
        }
    }

    private void ReadTop(ref Utf8JsonReader reader, ref string? kind)
    {
        var fields = _fields;
        switch (reader.ValueSpan.Length)
        {
            case 2 when reader.ValueTextEquals("ts"u8):
                fields.Ticks = fields.Ticks > 0 ? Skip(ref reader, fields.Ticks) : Moment(ref reader);
                break;
            case 2 when reader.ValueTextEquals("by"u8):
                fields.By ??= Text(ref reader);
                break;
            case 3 when reader.ValueTextEquals("seq"u8):
                fields.Seq = fields.Seq > 0 ? Skip(ref reader, fields.Seq) : Number(ref reader);
                break;
            case 3 when reader.ValueTextEquals("cut"u8):
                fields.IsCut |= Flag(ref reader);
                break;
            case 3 when reader.ValueTextEquals("uid"u8):
                ReadUid(ref reader);
                break;
            case 3 when reader.ValueTextEquals("pod"u8):
                fields.Pod ??= Text(ref reader);
                break;
            case 4 when reader.ValueTextEquals("kind"u8):
                kind ??= Text(ref reader);
                break;
            case 4 when reader.ValueTextEquals("node"u8):
                fields.Node ??= Text(ref reader);
                break;
            case 5 when reader.ValueTextEquals("event"u8):
                fields.Event ??= Text(ref reader);
                break;
            case 5 when reader.ValueTextEquals("count"u8):
                fields.Count = Number(ref reader);
                break;
            case 5 when reader.ValueTextEquals("since"u8):
                fields.SinceTicks = Moment(ref reader);
                break;
            case 6 when reader.ValueTextEquals("reason"u8):
                fields.Reason ??= Text(ref reader);
                break;
            case 6 when reader.ValueTextEquals("caller"u8):
                ReadObject(ref reader, Part.Caller);
                break;
            case 6 when reader.ValueTextEquals("issued"u8):
                fields.IsIssued |= ReadObject(ref reader, Part.Answer);
                break;
            case 6 when reader.ValueTextEquals("labels"u8):
                ReadObject(ref reader, Part.Labels);
                break;
            case 7 when reader.ValueTextEquals("verdict"u8):
                fields.Verdict ??= Text(ref reader);
                break;
            case 7 when reader.ValueTextEquals("request"u8):
                ReadObject(ref reader, Part.Request);
                break;
            case 7 when reader.ValueTextEquals("summary"u8):
                ReadObject(ref reader, Part.Summary);
                break;
            case 8 when reader.ValueTextEquals("instance"u8):
                fields.Instance ??= Text(ref reader);
                break;
            case 8 when reader.ValueTextEquals("response"u8):
                ReadObject(ref reader, Part.Response);
                break;
            case 8 when reader.ValueTextEquals("returned"u8):
                ReadObject(ref reader, Part.Answer);
                break;
            case 8 when reader.ValueTextEquals("upstream"u8):
                fields.WasForwarded |= ReadObject(ref reader, Part.Other);
                break;
            case 8 when reader.ValueTextEquals("segments"u8):
                fields.HasSegments = true;
                Skip(ref reader, 0);
                break;
            case 9 when reader.ValueTextEquals("namespace"u8):
                fields.Namespace ??= Text(ref reader);
                break;
            default:
                Skip(ref reader, 0);
                break;
        }
    }

    // Returns whether the value is an object.
    private bool ReadObject(ref Utf8JsonReader reader, Part part)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return false;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            switch (part)
            {
                case Part.Caller:
                    ReadCaller(ref reader);
                    break;
                case Part.Request:
                    ReadRequest(ref reader);
                    break;
                case Part.Selector:
                    ReadSelector(ref reader);
                    break;
                case Part.Answer:
                    ReadAnswer(ref reader);
                    break;
                case Part.Response when reader.ValueTextEquals("status"u8):
                    _fields.Status = (int)Math.Clamp(Number(ref reader), 0, 999);
                    break;
                case Part.Summary when reader.ValueTextEquals("count"u8):
                    _fields.Summed = Math.Max(1, Number(ref reader));
                    break;
                case Part.Labels:
                    ReadLabel(ref reader);
                    break;
                default:
                    Skip(ref reader, 0);
                    break;
            }
        }

        return true;
    }

    private void ReadCaller(ref Utf8JsonReader reader)
    {
        var fields = _fields;
        switch (reader.ValueSpan.Length)
        {
            case 3 when reader.ValueTextEquals("pod"u8):
                fields.Pod ??= Text(ref reader);
                break;
            case 3 when reader.ValueTextEquals("uid"u8):
                ReadUid(ref reader);
                break;
            case 4 when reader.ValueTextEquals("kind"u8):
                fields.CallerKind ??= Text(ref reader);
                break;
            case 5 when reader.ValueTextEquals("owner"u8):
                fields.Owner ??= Text(ref reader);
                break;
            case 9 when reader.ValueTextEquals("namespace"u8):
                fields.Namespace ??= Text(ref reader);
                break;
            case 14 when reader.ValueTextEquals("serviceAccount"u8):
                fields.ServiceAccount ??= Text(ref reader);
                break;
            default:
                Skip(ref reader, 0);
                break;
        }
    }

    private void ReadRequest(ref Utf8JsonReader reader)
    {
        var fields = _fields;
        switch (reader.ValueSpan.Length)
        {
            case 4 when reader.ValueTextEquals("path"u8):
                fields.Path ??= Text(ref reader);
                break;
            case 5 when reader.ValueTextEquals("probe"u8):
                fields.IsProbe |= Flag(ref reader);
                break;
            case 6 when reader.ValueTextEquals("method"u8):
                fields.Method ??= Text(ref reader);
                break;
            case 8 when reader.ValueTextEquals("resource"u8):
                fields.Resource ??= Text(ref reader);
                break;
            case 8 when reader.ValueTextEquals("selector"u8):
                ReadObject(ref reader, Part.Selector);
                break;
            case 9 when reader.ValueTextEquals("userAgent"u8):
                fields.UserAgent ??= Text(ref reader);
                break;
            case 10 when reader.ValueTextEquals("asIdentity"u8):
                fields.Pin ??= Text(ref reader);
                break;
            case 10 when reader.ValueTextEquals("extraQuery"u8):
                ReadExtraQuery(ref reader);
                break;
            default:
                Skip(ref reader, 0);
                break;
        }
    }

    private void ReadSelector(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("kind"u8))
        {
            _fields.SelectorKind ??= Text(ref reader);
        }
        else if (reader.ValueTextEquals("value"u8))
        {
            _fields.Selector ??= Text(ref reader);
        }
        else
        {
            Skip(ref reader, 0);
        }
    }

    private void ReadAnswer(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("clientId"u8))
        {
            _fields.ClientId ??= Text(ref reader);
        }
        else if (reader.ValueTextEquals("resource"u8))
        {
            _fields.AnsweredResource ??= Text(ref reader);
        }
        else if (reader.ValueTextEquals("audience"u8))
        {
            _fields.Audience ??= Text(ref reader);
        }
        else
        {
            Skip(ref reader, 0);
        }
    }

    private void ReadLabel(ref Utf8JsonReader reader)
    {
        var key = Current(ref reader);
        if (Text(ref reader) is { } value && key is not null)
        {
            (_fields.Labels ??= []).Add(new(key, value));
        }
    }

    private void ReadExtraQuery(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }

        _fields.ExtraQuery ??= new SortedSet<string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.String && Current(ref reader) is { } name)
            {
                _fields.ExtraQuery.Add(name);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private string? Text(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
        {
            return Current(ref reader);
        }

        reader.Skip();
        return null;
    }

    private void ReadUid(ref Utf8JsonReader reader)
    {
        var hash = HashOfText(ref reader);
        _fields.UidHash = _fields.UidHash == 0 ? hash : _fields.UidHash;
    }

    // Pods come and go, so their uids are not worth a string.
    private ulong HashOfText(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length <= MostText)
        {
            return StableHash.Of(_text.AsSpan(0, reader.CopyString(_text)));
        }

        reader.Skip();
        return 0;
    }

    // A text that is longer than any of ours makes the record a truncated one.
    private string? Current(ref Utf8JsonReader reader)
    {
        if (reader.ValueSpan.Length <= MostText)
        {
            return _pool.Of(_text.AsSpan(0, reader.CopyString(_text)));
        }

        _fields.IsCut = true;
        return null;
    }

    private static long Number(ref Utf8JsonReader reader)
    {
        reader.Read();
        var number = reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var value) ? Math.Clamp(value, 0, MostNumber) : 0;
        reader.Skip();
        return number;
    }

    private static bool Flag(ref Utf8JsonReader reader)
    {
        reader.Read();
        var flag = reader.TokenType == JsonTokenType.True;
        reader.Skip();
        return flag;
    }

    private static long Moment(ref Utf8JsonReader reader)
    {
        reader.Read();
        var ticks = 0L;
        var isMoment = reader.TokenType == JsonTokenType.String && !reader.ValueIsEscaped && RecordTime.TryReadAny(reader.ValueSpan, out ticks);
        reader.Skip();
        return isMoment ? ticks : 0;
    }

    private static long Skip(ref Utf8JsonReader reader, long unchanged)
    {
        reader.Read();
        reader.Skip();
        return unchanged;
    }

    private enum Part
    {
        Caller,
        Request,
        Selector,
        Answer,
        Response,
        Summary,
        Labels,
        Other,
    }
}

using System.Text.Json;

namespace ImdsProxy.Core.Demands.Reducing;

/// <summary>
/// Reads the fields of a line in one pass. A field counts only at its own place in the JSON. If it occurs more than once, the first occurrence counts. A
/// member of another type than the writer's is ignored.
/// </summary>
internal sealed class RecordReader
{
    private readonly RecordValues _values = new();
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
            _fields.IsCut |= _values.TakeTooLong();
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
                fields.Ticks = fields.Ticks > 0 ? Unchanged(ref reader, fields.Ticks) : RecordValues.Moment(ref reader);
                break;
            case 2 when reader.ValueTextEquals("by"u8):
                fields.By = _values.First(ref reader, fields.By);
                break;
            case 3 when reader.ValueTextEquals("seq"u8):
                fields.Seq = fields.Seq > 0 ? Unchanged(ref reader, fields.Seq) : RecordValues.Number(ref reader);
                break;
            case 3 when reader.ValueTextEquals("cut"u8):
                fields.IsCut |= RecordValues.Flag(ref reader);
                break;
            case 3 when reader.ValueTextEquals("uid"u8):
                ReadUid(ref reader);
                break;
            case 3 when reader.ValueTextEquals("pod"u8):
                fields.Pod = _values.First(ref reader, fields.Pod);
                break;
            case 4 when reader.ValueTextEquals("kind"u8):
                kind = _values.First(ref reader, kind);
                break;
            case 4 when reader.ValueTextEquals("node"u8):
                fields.Node = _values.First(ref reader, fields.Node);
                break;
            case 5 when reader.ValueTextEquals("event"u8):
                fields.Event = _values.First(ref reader, fields.Event);
                break;
            case 5 when reader.ValueTextEquals("count"u8):
                fields.Count = RecordValues.Number(ref reader);
                break;
            case 5 when reader.ValueTextEquals("since"u8):
                fields.SinceTicks = RecordValues.Moment(ref reader);
                break;
            case 6 when reader.ValueTextEquals("reason"u8):
                fields.Reason = _values.First(ref reader, fields.Reason);
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
                fields.Verdict = _values.First(ref reader, fields.Verdict);
                break;
            case 7 when reader.ValueTextEquals("request"u8):
                ReadObject(ref reader, Part.Request);
                break;
            case 7 when reader.ValueTextEquals("summary"u8):
                ReadObject(ref reader, Part.Summary);
                break;
            case 7 when reader.ValueTextEquals("skipped"u8):
                fields.SkippedStates = RecordValues.Number(ref reader);
                break;
            case 8 when reader.ValueTextEquals("instance"u8):
                fields.Instance = _values.First(ref reader, fields.Instance);
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
                RecordValues.Skip(ref reader);
                break;
            case 9 when reader.ValueTextEquals("namespace"u8):
                fields.Namespace = _values.First(ref reader, fields.Namespace);
                break;
            default:
                RecordValues.Skip(ref reader);
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
                    _fields.Status = (int)Math.Clamp(RecordValues.Number(ref reader), 0, 999);
                    break;
                case Part.Summary when reader.ValueTextEquals("count"u8):
                    _fields.Summed = Math.Max(1, RecordValues.Number(ref reader));
                    break;
                case Part.Labels:
                    ReadLabel(ref reader);
                    break;
                default:
                    RecordValues.Skip(ref reader);
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
                fields.Pod = _values.First(ref reader, fields.Pod);
                break;
            case 3 when reader.ValueTextEquals("uid"u8):
                ReadUid(ref reader);
                break;
            case 4 when reader.ValueTextEquals("kind"u8):
                fields.CallerKind = _values.First(ref reader, fields.CallerKind);
                break;
            case 5 when reader.ValueTextEquals("owner"u8):
                fields.Owner = _values.First(ref reader, fields.Owner);
                break;
            case 8 when reader.ValueTextEquals("evidence"u8):
                fields.Evidence = _values.First(ref reader, fields.Evidence);
                break;
            case 9 when reader.ValueTextEquals("namespace"u8):
                fields.Namespace = _values.First(ref reader, fields.Namespace);
                break;
            case 14 when reader.ValueTextEquals("serviceAccount"u8):
                fields.ServiceAccount = _values.First(ref reader, fields.ServiceAccount);
                break;
            default:
                RecordValues.Skip(ref reader);
                break;
        }
    }

    private void ReadRequest(ref Utf8JsonReader reader)
    {
        var fields = _fields;
        switch (reader.ValueSpan.Length)
        {
            case 4 when reader.ValueTextEquals("path"u8):
                fields.Path = _values.First(ref reader, fields.Path);
                break;
            case 5 when reader.ValueTextEquals("probe"u8):
                fields.IsProbe |= RecordValues.Flag(ref reader);
                break;
            case 6 when reader.ValueTextEquals("method"u8):
                fields.Method = _values.First(ref reader, fields.Method);
                break;
            case 8 when reader.ValueTextEquals("resource"u8):
                fields.Resource = _values.First(ref reader, fields.Resource);
                break;
            case 8 when reader.ValueTextEquals("selector"u8):
                ReadObject(ref reader, Part.Selector);
                break;
            case 9 when reader.ValueTextEquals("userAgent"u8):
                fields.UserAgent = _values.First(ref reader, fields.UserAgent);
                break;
            case 10 when reader.ValueTextEquals("asIdentity"u8):
                fields.Pin = _values.First(ref reader, fields.Pin);
                break;
            case 10 when reader.ValueTextEquals("extraQuery"u8):
                ReadExtraQuery(ref reader);
                break;
            default:
                RecordValues.Skip(ref reader);
                break;
        }
    }

    private void ReadSelector(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("kind"u8))
        {
            _fields.SelectorKind = _values.First(ref reader, _fields.SelectorKind);
        }
        else if (reader.ValueTextEquals("value"u8))
        {
            _fields.Selector = _values.First(ref reader, _fields.Selector);
        }
        else
        {
            RecordValues.Skip(ref reader);
        }
    }

    private void ReadAnswer(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("clientId"u8))
        {
            _fields.ClientId = _values.First(ref reader, _fields.ClientId);
        }
        else if (reader.ValueTextEquals("resource"u8))
        {
            _fields.AnsweredResource = _values.First(ref reader, _fields.AnsweredResource);
        }
        else if (reader.ValueTextEquals("audience"u8))
        {
            _fields.Audience = _values.First(ref reader, _fields.Audience);
        }
        else
        {
            RecordValues.Skip(ref reader);
        }
    }

    private void ReadLabel(ref Utf8JsonReader reader)
    {
        var key = _values.Current(ref reader);
        if (_values.Text(ref reader) is { } value && key is not null)
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
            if (reader.TokenType == JsonTokenType.String && _values.Current(ref reader) is { } name)
            {
                _fields.ExtraQuery.Add(name);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private void ReadUid(ref Utf8JsonReader reader)
    {
        var hash = _values.HashOfText(ref reader);
        _fields.UidHash = _fields.UidHash == 0 ? hash : _fields.UidHash;
    }

    private static long Unchanged(ref Utf8JsonReader reader, long value)
    {
        RecordValues.Skip(ref reader);
        return value;
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

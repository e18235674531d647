using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Redaction;

/// <summary>
/// Redacts a response of <c>/metadata/instance</c> or a path below it according to a view. A hidden value becomes an
/// empty value of the same kind, so that clients can still parse the document.
/// </summary>
public static class InstanceRedaction
{
    private const string Root = "/metadata/instance";
    private const int MaxDepth = 64;

    private static readonly JsonWriterOptions AsIs = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Writes the visible part. Returns false if the response cannot be parsed; the caller must then show none of it.</summary>
    /// <param name="view">The view of the whole document.</param>
    /// <param name="request">The request, which determines the position of the response in the document and its format.</param>
    /// <param name="body">The body of IMDS's response, which has status 200.</param>
    /// <param name="output">Receives the visible part; meaningless if the result is false.</param>
    public static bool TryApply(DocumentView view, ImdsRequest request, ReadOnlySpan<byte> body, IBufferWriter<byte> output)
    {
        var path = request.Path.AsSpan(Root.Length).TrimStart('/').ToString();
        var steps = path.Length == 0 ? [] : Array.ConvertAll(path.Split('/'), Step);
        foreach (var step in steps)
        {
            view = view.Below(step);
        }

        return request["format"] == "text" ? Text(view, steps, body, output) : Json(view, body, output);
    }

    private static string Step(string segment) => segment.AsSpan().ContainsAnyExceptInRange('0', '9') ? segment : FieldNode.Element;

    // In text format, an object or array is a list of the names below it. Anything else is a value, which is visible only as a whole.
    private static bool Text(DocumentView view, string[] steps, ReadOnlySpan<byte> body, IBufferWriter<byte> output)
    {
        if (view.Sight == Sight.Shown || (view.Sight == Sight.Partly && InstanceFields.HasFields(steps)))
        {
            output.Write(body);
        }

        return true;
    }

    private static bool Json(DocumentView view, ReadOnlySpan<byte> body, IBufferWriter<byte> output)
    {
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = MaxDepth });
        using var json = new Utf8JsonWriter(output, AsIs);
        try
        {
            reader.Read();
            Value(view, body, ref reader, json);
            return !reader.Read();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a name is not valid text, because of bytes that are not UTF-8 or half a surrogate pair.
            return false;
        }
    }

    private static void Value(DocumentView view, ReadOnlySpan<byte> body, ref Utf8JsonReader reader, Utf8JsonWriter json)
    {
        switch (view.Sight, reader.TokenType)
        {
            case (Sight.Shown, _):
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                json.WriteRawValue(body[start..(int)reader.BytesConsumed], skipInputValidation: true);
                break;
            case (Sight.Partly, JsonTokenType.StartObject):
                Members(view, body, ref reader, json);
                break;
            case (Sight.Partly, JsonTokenType.StartArray):
                Elements(view, body, ref reader, json);
                break;
            default:
                Empty(reader.TokenType, json);
                reader.Skip();
                break;
        }
    }

    private static void Members(DocumentView view, ReadOnlySpan<byte> body, ref Utf8JsonReader reader, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            json.WritePropertyName(name);
            reader.Read();

            // A member named "*" is not an array element and must not match that step.
            Value(view.Below(name == FieldNode.Element ? "" : name), body, ref reader, json);
        }

        json.WriteEndObject();
    }

    private static void Elements(DocumentView view, ReadOnlySpan<byte> body, ref Utf8JsonReader reader, Utf8JsonWriter json)
    {
        var each = view.Below(FieldNode.Element);
        json.WriteStartArray();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            Value(each, body, ref reader, json);
        }

        json.WriteEndArray();
    }

    private static void Empty(JsonTokenType kind, Utf8JsonWriter json)
    {
        switch (kind)
        {
            case JsonTokenType.StartObject:
                json.WriteStartObject();
                json.WriteEndObject();
                break;
            case JsonTokenType.StartArray:
                json.WriteStartArray();
                json.WriteEndArray();
                break;
            case JsonTokenType.String:
                json.WriteStringValue(""u8);
                break;
            case JsonTokenType.Number:
                json.WriteNumberValue(0);
                break;
            case JsonTokenType.True or JsonTokenType.False:
                json.WriteBooleanValue(false);
                break;
            default:
                json.WriteNullValue();
                break;
        }
    }
}

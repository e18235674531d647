using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Redaction;

/// <summary>
/// Shows of an answer of <c>/metadata/instance</c> or below what a view lets be seen. A hidden value becomes an empty one
/// of its kind, so that clients still parse.
/// </summary>
public static class InstanceRedaction
{
    private const string Root = "/metadata/instance";
    private const int MaxDepth = 64;

    private static readonly JsonWriterOptions AsIs = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Writes what may be seen. False where the answer is none that can be read: then nothing of it may be.</summary>
    /// <param name="view">What may be seen of the whole document.</param>
    /// <param name="request">What was asked: it says where in the document the answer belongs, and in which form it is.</param>
    /// <param name="body">The answer, which IMDS gave with status 200.</param>
    /// <param name="output">Where what may be seen is written; without meaning where the result is false.</param>
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

    // The text of an object or an array is the names below it. That of anything else is a value, and of a value nothing
    // may be seen unless all of it may.
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
            // The second is a name that is not text: bytes that are not UTF-8, or half a surrogate pair.
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

            // A member that is called as elements are in a path is none of them.
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

using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ImdsProxy.Deny;

/// <summary>The body of an answer of the proxy's own. Each thread keeps what it writes with: only the body itself is made anew.</summary>
internal static class AnswerBody
{
    // A denial has some 300 bytes, which JSON's writer may ask three times the room for.
    private const int Usual = 2048;

    // Read by people in terminals and exception messages, never by a browser as HTML.
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? _json;

    public static byte[] Render(string error, string description) => Render(error, description, "", out _);

    /// <param name="error">The machine-readable word.</param>
    /// <param name="before">The sentence for people up to some place in it.</param>
    /// <param name="after">The rest of it.</param>
    /// <param name="place">That place in the body.</param>
    public static byte[] Render(string error, string before, string after, out int place)
    {
        var buffer = _buffer ??= new ArrayBufferWriter<byte>(Usual);
        buffer.ResetWrittenCount();
        var json = _json ??= new Utf8JsonWriter(buffer, Readable);
        json.Reset(buffer);
        json.WriteStartObject();
        json.WriteString("error"u8, error);
        json.WritePropertyName("error_description"u8);
        json.WriteStringValueSegment(before, isFinalSegment: false);
        place = (int)(json.BytesCommitted + json.BytesPending);
        json.WriteStringValueSegment(after, isFinalSegment: true);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}

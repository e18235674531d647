using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ImdsProxy.Deny;

/// <summary>Renders the bodies of the proxy's own answers. Each thread reuses its writer and buffer, so that only the body is allocated.</summary>
internal static class AnswerBody
{
    // A denial has about 300 bytes, and the JSON writer may request three times that.
    private const int Usual = 2048;

    // People read these bodies in terminals and exception messages; no browser renders them as HTML.
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? _json;

    public static byte[] Render(string error, string description) => Render(error, description, "", out _);

    /// <param name="error">The machine-readable error code.</param>
    /// <param name="before">The first part of the human-readable sentence.</param>
    /// <param name="after">The rest of the sentence.</param>
    /// <param name="place">The offset in the body at which the first part ends.</param>
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

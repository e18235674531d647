using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ImdsProxy.Core.Credentials;

/// <summary>
/// The body that a caller receives for an error from a credential endpoint. IMDS's own body is never passed on: the known fields of
/// IMDS's errors are read and written again. A body in any other form is replaced.
/// </summary>
public static class CredentialError
{
    private static readonly JsonReaderOptions Strict = new() { MaxDepth = 2 };

    // People read this in terminals and exception messages; no browser renders it as HTML.
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The body to pass on.</summary>
    /// <param name="body">The body from IMDS, in UTF-8.</param>
    /// <param name="status">The status from IMDS.</param>
    public static byte[] Rebuild(ReadOnlySpan<byte> body, int status)
    {
        var fields = Read(body) ?? ErrorFields.Unknown(status);
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output, Readable))
        {
            fields.Write(json);
        }

        return output.WrittenSpan.ToArray();
    }

    private static ErrorFields? Read(ReadOnlySpan<byte> body)
    {
        try
        {
            var reader = new Utf8JsonReader(body, Strict);
            var fields = new ErrorFields();
            return reader.Read() && reader.TokenType == JsonTokenType.StartObject && fields.TryRead(ref reader) && !reader.Read()
                ? fields
                : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The body is not JSON, is nested deeper than any error of IMDS, continues after the object, or is not UTF-8.
            return null;
        }
    }
}

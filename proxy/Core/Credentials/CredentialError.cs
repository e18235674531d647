using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ImdsProxy.Core.Credentials;

/// <summary>
/// The body that a caller gets for an error of a credential endpoint. Nothing of IMDS's own body is passed on as it is: the
/// fields that IMDS's errors are known to have are read and written anew. A body that is anything else is replaced.
/// </summary>
public static class CredentialError
{
    private static readonly JsonReaderOptions Strict = new() { MaxDepth = 2 };

    // Read by people in terminals and exception messages, never by a browser as HTML.
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The body to pass on.</summary>
    /// <param name="body">IMDS's, UTF-8.</param>
    /// <param name="status">IMDS's status.</param>
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
            // Not JSON, nested deeper than any error of IMDS, something after the object, or text that is not UTF-8.
            return null;
        }
    }
}

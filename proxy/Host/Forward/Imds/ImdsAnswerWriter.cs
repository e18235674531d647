namespace ImdsProxy.Forward.Imds;

/// <summary>Sends an answer of IMDS to the caller.</summary>
internal static class ImdsAnswerWriter
{
    // The size of a piece in bytes, larger than any token answer.
    private const int Piece = 8 * 1024;

    /// <summary>Sends the answer with its remaining lifetime at an age in seconds.</summary>
    public static async Task WriteAsync(HttpContext context, ImdsAnswer answer, long age)
    {
        var length = ImdsAnswerBody.LengthAt(answer, age);
        Head(context, answer, length);

        if (length > Piece && answer.Envelope is null)
        {
            await WriteInPiecesAsync(context, answer.Body);
            return;
        }

        // Written directly into the connection's buffer, so that a token is copied once and nothing is allocated.
        var output = context.Response.BodyWriter;
        ImdsAnswerBody.CopyAt(answer, age, output.GetSpan(length));
        output.Advance(length);
        await output.FlushAsync();
    }

    /// <summary>Sends the answer with another body.</summary>
    public static async Task WriteAsync(HttpContext context, ImdsAnswer answer, ReadOnlyMemory<byte> body)
    {
        Head(context, answer, body.Length);
        await WriteInPiecesAsync(context, body);
    }

    // Each piece waits for room in the connection's buffer. Otherwise a client that does not read could make the buffer hold a
    // whole document of 512 KB.
    private static async Task WriteInPiecesAsync(HttpContext context, ReadOnlyMemory<byte> body)
    {
        var output = context.Response.BodyWriter;
        for (var rest = body; !rest.IsEmpty; rest = rest[Math.Min(Piece, rest.Length)..])
        {
            var flushed = await output.WriteAsync(rest[..Math.Min(Piece, rest.Length)], context.RequestAborted);
            if (flushed.IsCompleted)
            {
                return;
            }
        }
    }

    private static void Head(HttpContext context, ImdsAnswer answer, int length)
    {
        var response = context.Response;
        response.StatusCode = answer.Status!.Value;
        foreach (var header in answer.Headers)
        {
            response.Headers[header.Key] = header.Value;
        }

        response.ContentLength = length;
    }
}

namespace ImdsProxy.Forward;

/// <summary>Sends IMDS's answer on.</summary>
internal static class ImdsAnswerWriter
{
    /// <summary>Sends it as it reads after so many seconds.</summary>
    public static async Task WriteAsync(HttpContext context, ImdsAnswer answer, long age)
    {
        var length = ImdsAnswerBody.LengthAt(answer, age);
        Head(context, answer, length);

        // Straight into the connection's own buffer: a token is copied once, and nothing is allocated for it.
        var output = context.Response.BodyWriter;
        ImdsAnswerBody.CopyAt(answer, age, output.GetSpan(length));
        output.Advance(length);
        await output.FlushAsync();
    }

    /// <summary>Sends it with another body.</summary>
    public static async Task WriteAsync(HttpContext context, ImdsAnswer answer, ReadOnlyMemory<byte> body)
    {
        Head(context, answer, body.Length);
        await context.Response.BodyWriter.WriteAsync(body);
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

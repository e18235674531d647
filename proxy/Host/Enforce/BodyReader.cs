namespace ImdsProxy.Enforce;

/// <summary>Reads a POST's body whole, so that it can be checked.</summary>
internal sealed class BodyReader(int maxBytes, TimeSpan timeout, TimeProvider time)
{
    /// <summary>All of the body, or null where it is too large or too slow.</summary>
    public async Task<ReadOnlyMemory<byte>?> ReadAsync(HttpContext context)
    {
        using var deadline = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, context.RequestAborted);
        var buffer = new byte[maxBytes + 1];
        try
        {
            var length = await context.Request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, either.Token);
            if (length <= maxBytes)
            {
                return buffer.AsMemory(0, length);
            }

            // No conditional expression: a null in it would convert to an empty memory, which is a good body.
            return null;
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            return null;
        }
    }
}

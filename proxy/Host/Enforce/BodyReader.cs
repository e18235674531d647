using System.Buffers;
using System.IO.Pipelines;

namespace ImdsProxy.Enforce;

/// <summary>Reads the whole body of a POST, so that it can be checked.</summary>
internal sealed class BodyReader(int maxBytes, TimeSpan timeout, TimeProvider time)
{
    /// <summary>The whole body, or null if it is too large or too slow.</summary>
    public async Task<ReadOnlyMemory<byte>?> ReadAsync(HttpContext context)
    {
        var reader = context.Request.BodyReader;
        using var deadline = new CancellationTokenSource(timeout, time);

        // A cancellation token would leave the read pending, and Kestrel would report an error when it drains the rest of the body.
        using var end = deadline.Token.UnsafeRegister(static reader => ((PipeReader)reader!).CancelPendingRead(), reader);
        try
        {
            return await ReadAsync(reader);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            return null;
        }
    }

    // Received bytes stay in the server's buffers and are copied once the body is complete, so a body uses no more memory than its length.
    private async Task<ReadOnlyMemory<byte>?> ReadAsync(PipeReader reader)
    {
        while (true)
        {
            var read = await reader.ReadAsync();
            if (read.IsCanceled || read.Buffer.Length > maxBytes)
            {
                reader.AdvanceTo(read.Buffer.End);
                return null;
            }

            if (read.IsCompleted)
            {
                var body = read.Buffer.ToArray();
                reader.AdvanceTo(read.Buffer.End);
                return body;
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }
}

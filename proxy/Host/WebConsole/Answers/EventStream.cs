using System.Buffers;
using System.Text;

namespace ImdsProxy.WebConsole.Answers;

/// <summary>Server-sent events. Several tasks may send at the same time.</summary>
internal sealed class EventStream(HttpContext context) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>Sends the headers.</summary>
    public Task BeginAsync()
    {
        context.Response.ContentType = "text/event-stream; charset=utf-8";
        context.Response.RegisterForDispose(this);
        return WriteAsync(":\n\n"u8.ToArray());
    }

    /// <summary>Sends an event.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="json">One line of JSON.</param>
    public ValueTask SendAsync(string name, ReadOnlyMemory<byte> json)
    {
        var text = new ArrayBufferWriter<byte>(json.Length + 64);
        text.Write(Encoding.ASCII.GetBytes($"event: {name}\ndata: "));
        text.Write(json.Span);
        text.Write("\n\n"u8);
        return new ValueTask(WriteAsync(text.WrittenMemory));
    }

    /// <summary>Sends a comment, so that both ends notice a broken connection.</summary>
    public Task BeatAsync() => WriteAsync(":\n\n"u8.ToArray());

    public void Dispose() => _turn.Dispose();

    private async Task WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        await _turn.WaitAsync(context.RequestAborted);
        try
        {
            await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
        finally
        {
            _turn.Release();
        }
    }
}

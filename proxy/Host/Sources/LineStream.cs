using ImdsProxy.Audit.Segments;

namespace ImdsProxy.Sources;

/// <summary>Reads lines from a stream.</summary>
internal static class LineStream
{
    /// <summary>Passes each line, without its line feed, to <paramref name="take"/>. Text after the last line feed is ignored.</summary>
    /// <returns>The number of lines.</returns>
    public static async Task<long> ReadAsync(Stream stream, Func<ReadOnlyMemory<byte>, ValueTask> take, Func<Task> flush, CancellationToken cancellation)
    {
        var lines = 0L;
        var rest = new LineBuffer();
        var buffer = new byte[64 << 10];
        while (await stream.ReadAsync(buffer, cancellation) is var read and > 0)
        {
            buffer.AsSpan(0, read).CopyTo(rest.GetSpan(read));
            rest.Advance(read);
            lines += await TakeWholeAsync(rest, take);
            await flush();
        }

        return lines;
    }

    private static async Task<long> TakeWholeAsync(LineBuffer rest, Func<ReadOnlyMemory<byte>, ValueTask> take)
    {
        var lines = 0L;
        var bytes = rest.Written.ToArray().AsMemory();
        while (bytes.Span.IndexOf((byte)'\n') is var feed and >= 0)
        {
            await take(bytes[..feed]);
            bytes = bytes[(feed + 1)..];
            lines++;
        }

        rest.Clear();
        bytes.Span.CopyTo(rest.GetSpan(bytes.Length));
        rest.Advance(bytes.Length);
        return lines;
    }
}

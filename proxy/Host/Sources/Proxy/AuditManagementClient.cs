using ImdsProxy.Audit.Segments;
using ImdsProxy.Management;

namespace ImdsProxy.Sources.Proxy;

/// <summary>Reads audit log lines from a running proxy.</summary>
internal sealed class AuditManagementClient(ManagementClient management)
{
    /// <summary>Passes each line of a response to <paramref name="take"/>.</summary>
    /// <returns>The number of lines.</returns>
    /// <exception cref="HttpRequestException">The proxy does not answer, or refuses the request; the message contains the proxy's reason.</exception>
    public Task<long> EachAsync(string pathAndQuery, Func<ReadOnlyMemory<byte>, ValueTask> take, Func<Task> flush, CancellationToken cancellation) =>
        management.GetAsync(pathAndQuery, stream => ReadAsync(stream, take, flush, cancellation), cancellation);

    private static async Task<long> ReadAsync(Stream stream, Func<ReadOnlyMemory<byte>, ValueTask> take, Func<Task> flush, CancellationToken cancellation)
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

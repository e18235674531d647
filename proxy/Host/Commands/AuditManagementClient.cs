using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using ImdsProxy.Audit;

namespace ImdsProxy.Commands;

/// <summary>Asks a running proxy's management address for lines of its log.</summary>
internal sealed class AuditManagementClient(EndPoint address, string? token)
{
    /// <summary>Tells each line of an answer.</summary>
    /// <returns>How many there were.</returns>
    /// <exception cref="HttpRequestException">Nobody answers, or the answer is a refusal, whose reason the message tells.</exception>
    public async Task<long> EachAsync(string pathAndQuery, Func<ReadOnlyMemory<byte>, ValueTask> take, Func<Task> flush, CancellationToken cancellation)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, ConnectCallback = ConnectAsync }) { Timeout = Timeout.InfiniteTimeSpan };
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{(address is IPEndPoint ? address : "localhost")}{pathAndQuery}");
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        if (!response.IsSuccessStatusCode)
        {
            throw new HttpRequestException($"the proxy at {address} answered {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync(cancellation)}");
        }

        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        return await ReadAsync(stream, take, flush, cancellation);
    }

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

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(address, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

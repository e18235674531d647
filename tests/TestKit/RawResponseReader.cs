using System.Collections.Immutable;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace ImdsProxy.TestKit;

/// <summary>Reads responses from a connection, one after another, according to RFC 9112.</summary>
internal sealed class RawResponseReader(NetworkStream stream)
{
    private readonly byte[] _buffer = new byte[16 * 1024];
    private int _start;
    private int _end;

    public async Task<RawResponse?> ReadAsync(bool answersHead, CancellationToken cancellation)
    {
        if (await IsAtEndAsync(cancellation))
        {
            return null;
        }

        var statusLine = (await ReadLineAsync(cancellation)).Split(' ', 3);
        var status = int.Parse(statusLine[1], CultureInfo.InvariantCulture);
        var headers = await ReadHeadersAsync(cancellation);
        var response = new RawResponse(statusLine[0], status, headers, default, Complete: true);
        return answersHead || status is 204 or 304 or < 200 ? response : await ReadBodyAsync(response, cancellation);
    }

    public async Task<bool> IsAtEndAsync(CancellationToken cancellation) => _start == _end && !await FillAsync(cancellation);

    private async Task<ImmutableArray<KeyValuePair<string, string>>> ReadHeadersAsync(CancellationToken cancellation)
    {
        var headers = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        while (await ReadLineAsync(cancellation) is { Length: > 0 } line)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            headers.Add(new(line[..colon], line[(colon + 1)..].Trim()));
        }

        return headers.ToImmutable();
    }

    private async Task<RawResponse> ReadBodyAsync(RawResponse response, CancellationToken cancellation)
    {
        using var body = new MemoryStream();
        var complete = response.Header("Transfer-Encoding") is not null ? await CopyChunksAsync(body, cancellation)
            : response.Header("Content-Length") is { } length ? await CopyAsync(body, long.Parse(length, CultureInfo.InvariantCulture), cancellation)
            : await CopyToEndAsync(body, cancellation);
        return response with { Body = body.ToArray(), Complete = complete };
    }

    private async Task<bool> CopyChunksAsync(MemoryStream body, CancellationToken cancellation)
    {
        while (true)
        {
            if (await IsAtEndAsync(cancellation))
            {
                return false;
            }

            var size = long.Parse((await ReadLineAsync(cancellation)).Split(';')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            var whole = await CopyAsync(body, size, cancellation);
            // The line after a chunk; after the last chunk, the end of the trailers. Kestrel sends no trailers.
            if (!whole || await ReadLineAsync(cancellation) is not "" || size == 0)
            {
                return whole;
            }
        }
    }

    private async Task<bool> CopyToEndAsync(MemoryStream body, CancellationToken cancellation)
    {
        await CopyAsync(body, long.MaxValue, cancellation);
        return true;
    }

    private async Task<bool> CopyAsync(MemoryStream body, long length, CancellationToken cancellation)
    {
        while (length > 0)
        {
            if (await IsAtEndAsync(cancellation))
            {
                return false;
            }

            var taken = (int)Math.Min(length, _end - _start);
            await body.WriteAsync(_buffer.AsMemory(_start, taken), cancellation);
            _start += taken;
            length -= taken;
        }

        return true;
    }

    private async Task<string> ReadLineAsync(CancellationToken cancellation)
    {
        var line = new StringBuilder();
        while (!await IsAtEndAsync(cancellation))
        {
            var next = (char)_buffer[_start++];
            if (next == '\n')
            {
                return line.ToString().TrimEnd('\r');
            }

            line.Append(next);
        }

        throw new IOException($"the server closed within a line: '{line}'");
    }

    private async Task<bool> FillAsync(CancellationToken cancellation)
    {
        try
        {
            (_start, _end) = (0, await stream.ReadAsync(_buffer, cancellation));
        }
        catch (IOException e) when (e.InnerException is SocketException)
        {
            // A reset ends the connection like a close.
            (_start, _end) = (0, 0);
        }

        return _end > 0;
    }
}

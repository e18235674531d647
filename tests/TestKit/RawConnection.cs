using System.Net;
using System.Net.Sockets;

namespace ImdsProxy.TestKit;

/// <summary>A TCP connection on which a test sends arbitrary bytes and reads whole responses.</summary>
public sealed class RawConnection : IAsyncDisposable
{
    // A hanging test explains nothing. This time is far beyond any response time of the proxy in a test.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly NetworkStream _stream;
    private readonly RawResponseReader _reader;
    private readonly CancellationTokenSource _patience;

    private RawConnection(Socket socket, TimeSpan patience)
    {
        LocalEndPoint = (IPEndPoint)socket.LocalEndPoint!;
        _stream = new(socket, ownsSocket: true);
        _reader = new(_stream);
        _patience = new(patience);
    }

    public IPEndPoint LocalEndPoint { get; }

    /// <param name="server">The server's address.</param>
    /// <param name="source">The source address, such as 127.0.0.11, or null for any.</param>
    /// <param name="patience">How long the connection may be used in total; 30 s if left out.</param>
    public static async Task<RawConnection> ConnectAsync(IPEndPoint server, IPAddress? source = null, TimeSpan? patience = null)
    {
        var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            if (source is not null)
            {
                socket.Bind(new IPEndPoint(source, 0));
            }

            await socket.ConnectAsync(server);
            return new(socket, patience ?? Patience);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public async Task SendAsync(ReadOnlyMemory<byte> bytes) => await _stream.WriteAsync(bytes, _patience.Token);

    public Task SendAsync(RawRequest request) => SendAsync(request.ToBytes());

    /// <summary>Shuts down the sending side; reading continues.</summary>
    public void EndSending() => _stream.Socket.Shutdown(SocketShutdown.Send);

    /// <summary>Reads the next response. Null if the server closed the connection before its first byte.</summary>
    /// <param name="answersHead">Whether the request was HEAD, whose response has no body.</param>
    public Task<RawResponse?> ReadAsync(bool answersHead = false) => _reader.ReadAsync(answersHead, _patience.Token);

    /// <summary>Sends a request and reads its response, even if the server responds before it has read the whole request.</summary>
    public async Task<RawResponse?> ExchangeAsync(RawRequest request)
    {
        try
        {
            await SendAsync(request);
        }
        catch (IOException)
        {
            // Responses sent before the server closed the connection can still be read.
        }

        return await ReadAsync(request.Method == "HEAD");
    }

    /// <summary>Waits until the server closes the connection. Returns false if it sends something instead.</summary>
    public async Task<bool> ClosesAsync() => await _reader.IsAtEndAsync(_patience.Token);

    public async ValueTask DisposeAsync()
    {
        _patience.Dispose();
        await _stream.DisposeAsync();
    }
}

using System.Net;
using System.Net.Sockets;

namespace ImdsProxy.TestKit;

/// <summary>A TCP connection on which a test sends what it likes and reads whole answers.</summary>
public sealed class RawConnection : IAsyncDisposable
{
    // A test that hangs says nothing; this is far beyond any answer the proxy may take in a test.
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

    /// <param name="server">Where to connect.</param>
    /// <param name="source">The address to come from, such as 127.0.0.11, or null for any.</param>
    /// <param name="patience">For how long the connection is of use in all; 30 s where left out.</param>
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

    /// <summary>Tells the server that nothing more will be sent, and goes on reading.</summary>
    public void EndSending() => _stream.Socket.Shutdown(SocketShutdown.Send);

    /// <summary>The next answer; null if the server closed before its first byte.</summary>
    /// <param name="answersHead">Whether the request was HEAD, whose answer has no body.</param>
    public Task<RawResponse?> ReadAsync(bool answersHead = false) => _reader.ReadAsync(answersHead, _patience.Token);

    /// <summary>Sends a request and reads its answer, also where the server answers before it has read all.</summary>
    public async Task<RawResponse?> ExchangeAsync(RawRequest request)
    {
        try
        {
            await SendAsync(request);
        }
        catch (IOException)
        {
            // What it said before it closed is still to be read.
        }

        return await ReadAsync(request.Method == "HEAD");
    }

    /// <summary>Waits until the server closes; false if it sends something instead.</summary>
    public async Task<bool> ClosesAsync() => await _reader.IsAtEndAsync(_patience.Token);

    public async ValueTask DisposeAsync()
    {
        _patience.Dispose();
        await _stream.DisposeAsync();
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace ImdsProxy.LoadTests.Cluster;

/// <summary>
/// A relay in front of the API server that counts bytes as a network would carry them: with TLS, but without TCP headers.
/// It can drop all connections, as a restarting server does.
/// </summary>
internal sealed class CountingRelay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<Socket, byte> _open = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly int _server;
    private readonly Task _accepting;
    private long _sent;
    private long _received;
    private int _connections;
    private int _turnedAway;
    private volatile bool _away;

    public CountingRelay(int server)
    {
        _server = server;
        _listener.Start(backlog: 1024);
        _accepting = AcceptAsync();
    }

    public Uri Address => new($"https://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>The number of bytes that clients have sent.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>The number of bytes that clients have received.</summary>
    public long Received => Interlocked.Read(ref _received);

    /// <summary>The number of connections accepted, without those turned away.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>The number of connection attempts while the server was away.</summary>
    public int TurnedAway => Volatile.Read(ref _turnedAway);

    /// <summary>Drops every connection and rejects new ones.</summary>
    public void Leave()
    {
        _away = true;
        foreach (var socket in _open.Keys)
        {
            Reset(socket);
        }
    }

    /// <summary>Accepts connections again.</summary>
    public void Return() => _away = false;

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        Leave();
        _listener.Stop();
#pragma warning disable VSTHRD003 // This object started the task.
        await _accepting;
#pragma warning restore VSTHRD003
        _closing.Dispose();
    }

    // Resets the connection, so that the other side notices at once and no port stays in TIME_WAIT.
    private static void Reset(Socket socket)
    {
        socket.LingerState = new LingerOption(enable: true, seconds: 0);
        socket.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync(_closing.Token);
                if (_away)
                {
                    Interlocked.Increment(ref _turnedAway);
                    Reset(client);
                    continue;
                }

                Interlocked.Increment(ref _connections);
                _ = RelayAsync(client);
            }
        }
        catch (OperationCanceledException)
        {
            // The relay is closing.
        }
    }

    private async Task RelayAsync(Socket client)
    {
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;
        try
        {
            _open[client] = 0;
            await server.ConnectAsync(new IPEndPoint(IPAddress.Loopback, _server));
            await Task.WhenAny(
                CopyAsync(client, server, count => Interlocked.Add(ref _sent, count)),
                CopyAsync(server, client, count => Interlocked.Add(ref _received, count)));
        }
        catch (SocketException)
        {
            // The server is unreachable. Disposing the client below tells it.
        }
        finally
        {
            _open.TryRemove(client, out _);
            client.Dispose();
        }
    }

    private static async Task CopyAsync(Socket from, Socket to, Action<int> count)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and var length)
            {
                count(length);
                await to.SendAsync(buffer.AsMemory(0, length));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // One side has disconnected.
        }
    }
}

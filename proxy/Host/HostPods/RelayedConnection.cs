using System.IO.Pipelines;
using System.Net.Sockets;

namespace ImdsProxy.HostPods;

/// <summary>One connection of the node to IMDS, through the proxy.</summary>
internal sealed class RelayedConnection : IDisposable
{
    /// <summary>The bytes that are in transit in one direction at a time.</summary>
    public const int Piece = 16 * 1024;

    /// <summary>How long a connection may transfer nothing. IMDS answers requests for scheduled events after up to two minutes.</summary>
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    private readonly IDuplexPipe _client;
    private readonly Socket _imds;
    private readonly RequestHeads _heads;
    private readonly CancellationTokenSource _ending;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private long _lastSent;
    private long _lastReceived;
    private volatile bool _isLeaving;

    public RelayedConnection(IDuplexPipe client, Socket imds, RequestHeads heads, CancellationTokenSource ending, TimeProvider time)
    {
        (_client, _imds, _heads, _ending, _time) = (client, imds, heads, ending, time);
        _lastReceived = _lastSent = time.GetTimestamp();
        _timer = time.CreateTimer(static self => ((RelayedConnection)self!).Check(), this, Idle, Look);
    }

    /// <summary>Relays until both sides have ended. Returns whether they did in an orderly way.</summary>
    public async Task<bool> RunAsync()
    {
        var sending = SendAsync();
        var isOrderly = await ReceiveAsync();
        await _ending.CancelAsync();
        await sending;
        return isOrderly || _isLeaving;
    }

    /// <summary>Ends the connection as soon as no request is in flight.</summary>
    public void Leave()
    {
        _isLeaving = true;
        _timer.Change(TimeSpan.Zero, Look);
    }

    public void Dispose() => _timer.Dispose();

    // The timer's first call comes after the idle time; each later one shortly after the one before.
    private void Check()
    {
        var (sent, received) = (Volatile.Read(ref _lastSent), Volatile.Read(ref _lastReceived));
        var quiet = _time.GetElapsedTime(Math.Max(sent, received));
        if (quiet >= Idle || (_isLeaving && received >= sent && quiet >= Look))
        {
            _ending.Cancel();
        }
        else if (!_isLeaving)
        {
            _timer.Change(Idle - quiet, Look);
        }
    }

    // The client may end its side and still read the answer.
    private async Task SendAsync()
    {
        try
        {
            while (await _client.Input.ReadAsync(_ending.Token) is var read && !(read.Buffer.IsEmpty && read.IsCompleted))
            {
                foreach (var piece in read.Buffer)
                {
                    _heads.Take(piece.Span);
                    await SendAllAsync(piece);
                }

                _client.Input.AdvanceTo(read.Buffer.End);
            }

            _imds.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or IOException)
        {
            // IMDS has closed the connection, or the client has reset it. Either ends the other direction too.
            await _ending.CancelAsync();
        }
    }

    private async Task SendAllAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            Volatile.Write(ref _lastSent, _time.GetTimestamp());
            bytes = bytes[await _imds.SendAsync(bytes, SocketFlags.None, _ending.Token)..];
        }
    }

    private async Task<bool> ReceiveAsync()
    {
        try
        {
            while (await _imds.ReceiveAsync(_client.Output.GetMemory(Piece), SocketFlags.None, _ending.Token) is > 0 and var received)
            {
                _client.Output.Advance(received);
                Volatile.Write(ref _lastReceived, _time.GetTimestamp());
                if ((await _client.Output.FlushAsync(_ending.Token)).IsCompleted)
                {
                    return false;
                }
            }

            return true;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or IOException)
        {
            return false;
        }
    }
}

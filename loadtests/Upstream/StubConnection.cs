using System.Net.Sockets;

namespace ImdsProxy.LoadTests.Upstream;

/// <summary>A connection of the stub. It allocates nothing per request and blocks no thread while it waits.</summary>
internal sealed class StubConnection : IDisposable
{
    private readonly ImdsStub _stub;
    private readonly Socket _socket;
    private readonly SocketAsyncEventArgs _receive = new();
    private readonly Timer _timer;
    private readonly byte[] _buffer = new byte[8 * 1024];
    private byte[] _answer = [];
    private int _length;
    private bool _closes;

    public StubConnection(ImdsStub stub, Socket socket)
    {
        (_stub, _socket) = (stub, socket);
        _receive.Completed += (_, _) => Received();
        _timer = new Timer(static connection => ((StubConnection)connection!).AnswerLate(), this, Timeout.Infinite, Timeout.Infinite);
    }

    /// <summary>Answers requests until the peer closes the connection.</summary>
    public void Start() => Receive();

    public void Dispose()
    {
        _timer.Dispose();
        _receive.Dispose();
        _socket.Dispose();
    }

    private void Receive()
    {
        do
        {
            _receive.SetBuffer(_buffer, _length, _buffer.Length - _length);
            if (_socket.ReceiveAsync(_receive))
            {
                return;
            }
        }
        while (Take());
    }

    private void Received()
    {
        if (Take())
        {
            Receive();
        }
    }

    // Returns false if nothing more should be received now.
    private bool Take()
    {
        if (_receive.SocketError != SocketError.Success || _receive.BytesTransferred == 0)
        {
            Dispose();
            return false;
        }

        _length += _receive.BytesTransferred;

        // The clients here send no body and no second request before the response.
        return !_buffer.AsSpan(0, _length).EndsWith("\r\n\r\n"u8) || Answer();
    }

    private bool Answer()
    {
        var request = new StubRequest(_buffer.AsSpan(0, _length));
        (_answer, _closes, _length) = (_stub.Answer(request), request.WantsClose, 0);
        if (_stub.Latency == 0 || request.IsCount || request.IsLatency)
        {
            return Send();
        }

        _timer.Change(_stub.Latency, Timeout.Infinite);
        return false;
    }

    private void AnswerLate()
    {
        if (Send())
        {
            Receive();
        }
    }

    // A response of 2 KB always fits into the socket's buffer, so this does not block.
    private bool Send()
    {
        _socket.Send(_answer, SocketFlags.None, out var error);
        if (error == SocketError.Success && !_closes)
        {
            return true;
        }

        Dispose();
        return false;
    }
}

using System.Buffers;
using System.IO.Pipelines;

namespace ImdsProxy.Kubernetes;

/// <summary>Splits a stream into lines, independent of how its bytes are chunked.</summary>
internal sealed class LineReader : IAsyncDisposable
{
    // etcd limits a request to 1.5 MiB by default. As JSON with managed fields, an object is a few times larger.
    private const int LongestLine = 16 << 20;

    private readonly PipeReader _pipe;
    private SequencePosition _consumed;
    private ReadOnlySequence<byte> _buffer;
    private bool _ended;

    public LineReader(Stream stream) => _pipe = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 16 << 10, minimumReadSize: 4 << 10));

    /// <summary>
    /// Returns the next complete line in the received bytes. The line is valid until <see cref="ReadMoreAsync"/> is
    /// called.
    /// </summary>
    public bool TryReadLine(out ReadOnlySequence<byte> line)
    {
        if (_buffer.PositionOf((byte)'\n') is not { } end)
        {
            line = default;
            return false;
        }

        line = _buffer.Slice(0, end);
        _buffer = _buffer.Slice(_buffer.GetPosition(1, end));
        _consumed = _buffer.Start;
        return true;
    }

    /// <summary>Waits for more bytes. Returns false at the end of the stream, where an incomplete line is dropped.</summary>
    /// <exception cref="KubeException">A line is too long to be an API object.</exception>
    public async ValueTask<bool> ReadMoreAsync(CancellationToken cancellation)
    {
        if (_buffer.Length > LongestLine)
        {
            throw new KubeException($"a line of the watch is longer than {LongestLine >> 20} MiB");
        }

        if (!_buffer.IsEmpty || _consumed.GetObject() is not null)
        {
            _pipe.AdvanceTo(_consumed, _buffer.End);
        }

        if (_ended)
        {
            return false;
        }

        var read = await _pipe.ReadAsync(cancellation);
        _buffer = read.Buffer;
        _consumed = _buffer.Start;
        _ended = read.IsCompleted;
        return true;
    }

    public ValueTask DisposeAsync() => _pipe.CompleteAsync();
}

using System.Buffers;
using System.IO.Pipelines;

namespace ImdsProxy.Kubernetes;

/// <summary>Cuts a stream into lines, however its bytes arrive.</summary>
internal sealed class LineReader : IAsyncDisposable
{
    // An object in etcd has at most 1.5 MiB (its default request limit); as JSON with managed fields it is a few times that.
    private const int LongestLine = 16 << 20;

    private readonly PipeReader _pipe;
    private SequencePosition _consumed;
    private ReadOnlySequence<byte> _buffer;
    private bool _ended;

    public LineReader(Stream stream) => _pipe = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 16 << 10, minimumReadSize: 4 << 10));

    /// <summary>The next whole line that the bytes at hand hold. Valid until <see cref="ReadMoreAsync"/>.</summary>
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

    /// <summary>Waits for more bytes. False at the end of the stream; half a line left there is dropped.</summary>
    /// <exception cref="KubeException">A line is too long to be an object.</exception>
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

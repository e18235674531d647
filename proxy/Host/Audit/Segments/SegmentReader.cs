using System.Buffers;

namespace ImdsProxy.Audit.Segments;

/// <summary>Reads the lines of a segment into one reused buffer. A line that is too long to be a record is reported as torn and skipped.</summary>
internal sealed class SegmentReader : IDisposable
{
    // Longer than any record or event that the proxy writes, such as the errors of a refused policy.
    private const int MaxLine = 8 << 20;

    private readonly Stream _stream;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(256 << 10);
    private int _start;
    private int _end;
    private bool _atEnd;

    public SegmentReader(Stream stream) => _stream = stream;

    /// <summary>Whether the last line read has no line feed, so its writer did not finish it.</summary>
    public bool Torn { get; private set; }

    /// <summary>Reads the next line without its line feed. The line is valid until the next call.</summary>
    public bool TryRead(out ReadOnlySpan<byte> line)
    {
        var scanned = 0;
        while (true)
        {
            var unread = _buffer.AsSpan(_start, _end - _start);
            var feed = unread[scanned..].IndexOf((byte)'\n');
            if (feed >= 0)
            {
                line = unread[..(scanned + feed)];
                _start += scanned + feed + 1;
                return true;
            }

            scanned = unread.Length;
            if (_atEnd || unread.Length >= MaxLine || !Fill())
            {
                return TakeRest(out line);
            }
        }
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _stream.Dispose();
    }

    private bool TakeRest(out ReadOnlySpan<byte> line)
    {
        line = _buffer.AsSpan(_start, _end - _start);
        _start = _end = 0;
        Torn = line.Length > 0;
        return Torn;
    }

    private bool Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
            _buffer.CopyTo(larger, 0);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        var read = Read();
        _end += read;
        _atEnd = read == 0;
        return read > 0;
    }

    private int Read()
    {
        try
        {
            return _stream.Read(_buffer.AsSpan(_end));
        }
        catch (InvalidDataException)
        {
            // The gzip stream is truncated or damaged. Lines read so far count; the rest is torn.
            return 0;
        }
    }
}

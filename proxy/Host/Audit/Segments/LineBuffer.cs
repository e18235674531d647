using System.Buffers;

namespace ImdsProxy.Audit.Segments;

/// <summary>A growing buffer of lines. Unlike the framework's buffers, it can be truncated to drop a line that cannot be written.</summary>
internal sealed class LineBuffer : IBufferWriter<byte>
{
    // A buffer that has grown beyond twice this size is released after use, because such batches are rare.
    private const int Kept = 1 << 20;

    private byte[] _bytes;

    public LineBuffer(int capacity = 16 << 10) => _bytes = new byte[capacity];

    /// <summary>The number of bytes in use. Setting a smaller value drops the bytes after it.</summary>
    public int Length { get; set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public ReadOnlyMemory<byte> WrittenMemory => _bytes.AsMemory(0, Length);

    public ReadOnlySpan<byte> From(int start) => _bytes.AsSpan(start, Length - start);

    public void Clear()
    {
        Length = 0;
        if (_bytes.Length > Kept * 2)
        {
            _bytes = new byte[Kept];
        }
    }

    public void Advance(int count) => Length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Grow(sizeHint);
        return _bytes.AsMemory(Length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Grow(sizeHint);
        return _bytes.AsSpan(Length);
    }

    private void Grow(int sizeHint)
    {
        if (_bytes.Length - Length < Math.Max(sizeHint, 256))
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Length + sizeHint));
        }
    }
}

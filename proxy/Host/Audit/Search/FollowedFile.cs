using ImdsProxy.Audit.Segments;

namespace ImdsProxy.Audit.Search;

/// <summary>Reads a growing segment in whole lines.</summary>
internal sealed class FollowedFile(Stream stream, SegmentName? name) : IDisposable
{
    private readonly LineBuffer _rest = new();
    private readonly byte[] _buffer = new byte[64 << 10];

    public SegmentName? Name => name;

    /// <summary>Opens a segment at its current end.</summary>
    public static FollowedFile AtEnd(string path, SegmentName? name)
    {
        var stream = SegmentEntry.Open(path, compressed: false);
        stream.Seek(0, SeekOrigin.End);
        return new FollowedFile(stream, name);
    }

    /// <summary>Delivers the lines completed since the last call.</summary>
    public void Read(LineHandler take)
    {
        while (stream.Read(_buffer) is var read and > 0)
        {
            var bytes = _buffer.AsSpan(0, read);
            while (bytes.IndexOf((byte)'\n') is var feed and >= 0)
            {
                Finish(bytes[..feed], take);
                bytes = bytes[(feed + 1)..];
            }

            Append(bytes);
        }
    }

    public void Dispose() => stream.Dispose();

    private void Finish(ReadOnlySpan<byte> end, LineHandler take)
    {
        if (_rest.Length == 0)
        {
            take(end);
            return;
        }

        Append(end);
        take(_rest.Written);
        _rest.Clear();
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_rest.GetSpan(bytes.Length));
        _rest.Advance(bytes.Length);
    }
}

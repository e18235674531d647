namespace ImdsProxy.Sources.Nodes.Asking;

/// <summary>
/// Lines of many nodes, kept in one temporary file until all nodes have answered. Only then is it known which line is the earliest. The
/// file has no name after it was opened, and only the user can read it. Thread-safe.
/// </summary>
internal sealed class LineSpool : IDisposable
{
    private readonly FileStream _file;
    private long _length;

    public LineSpool()
    {
        var path = Path.Combine(Path.GetTempPath(), $"imds-proxy-{Guid.NewGuid():N}");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.Delete, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        _file = new FileStream(path, options);
        File.Delete(path);
    }

    /// <summary>Writes a block of whole lines. Returns its place.</summary>
    public async ValueTask<(long Start, int Length)> AddAsync(ReadOnlyMemory<byte> block)
    {
        var start = Interlocked.Add(ref _length, block.Length) - block.Length;
        await RandomAccess.WriteAsync(_file.SafeFileHandle, block, start);
        return (start, block.Length);
    }

    /// <summary>Reads a block.</summary>
    public byte[] Read((long Start, int Length) block)
    {
        var bytes = new byte[block.Length];
        var read = 0;
        while (read < bytes.Length)
        {
            var more = RandomAccess.Read(_file.SafeFileHandle, bytes.AsSpan(read), block.Start + read);
            read += more > 0 ? more : throw new EndOfStreamException();
        }

        return bytes;
    }

    public void Dispose() => _file.Dispose();
}

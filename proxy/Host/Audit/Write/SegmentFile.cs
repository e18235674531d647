using ImdsProxy.Audit.Segments;
using ImdsProxy.Runtime;
using Microsoft.Win32.SafeHandles;

namespace ImdsProxy.Audit.Write;

/// <summary>The segment being written. Appends whole batches; what a failed write left of one is cut off again.</summary>
internal sealed class SegmentFile : IRecordOutput, IDisposable
{
    private readonly SafeFileHandle _handle;
    private readonly bool _fsync;
    private long _named;

    public SegmentFile(string directory, SegmentName name, bool fsync)
    {
        Name = name;
        Path = System.IO.Path.Combine(directory, name.ToString());
        _fsync = fsync;
        _handle = File.OpenHandle(Path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        try
        {
            // Other processes see by the lock that this one still writes it.
            _ = FileLock.TryTake(_handle);
            if (!OperatingSystem.IsWindows())
            {
                // After its creation, because the umask would take bits away.
                File.SetUnixFileMode(_handle, LogPermissions.File);
            }
        }
        catch
        {
            _handle.Dispose();
            File.Delete(Path);
            throw;
        }
    }

    public SegmentName Name { get; }

    public string Path { get; }

    public long Length { get; private set; }

    /// <summary>What a failed write left and could not be cut off, or null.</summary>
    public SegmentRemains? Remains { get; private set; }

    /// <summary>Lets retention count it with what it has, and remove it: nothing is written to it any more.</summary>
    public void Seal() => FileLock.Release(_handle);

    /// <summary>
    /// Looks whether a directory still names it, be it another one. A write to a file that was removed succeeds, and nobody would
    /// ever find the record.
    /// </summary>
    public bool LookForName()
    {
        try
        {
            if (FileStatus.Of(_handle).Links == 0)
            {
                return false;
            }

            _named = Length;
        }
        catch (IOException)
        {
            // A disk that can't tell fails the next write too, and that one is answered for.
        }

        return true;
    }

    /// <summary>Looks whether it still is where it was opened: not when it, or its directory, was moved or removed.</summary>
    public bool LookForPlace() => LookForName() && File.Exists(Path);

    /// <summary>The whole lines that were written since it was last seen to have a name, as far as they can be read.</summary>
    public ReadOnlyMemory<byte> Unseen()
    {
        var bytes = new byte[Length - _named];
        var read = 0;
        try
        {
            for (var more = -1; more != 0 && read < bytes.Length; read += more)
            {
                more = RandomAccess.Read(_handle, bytes.AsSpan(read), _named + read);
            }
        }
        catch (IOException)
        {
            // What was read counts.
        }

        // Who removed it may have cut it off before: what was written after that follows a hole.
        var lines = bytes.AsMemory(0, read).TrimStart((byte)0);
        return lines[..(lines.Span.LastIndexOf((byte)'\n') + 1)];
    }

    public void Write(ReadOnlySpan<byte> lines)
    {
        try
        {
            RandomAccess.Write(_handle, lines, Length);
            if (_fsync)
            {
                RandomAccess.FlushToDisk(_handle);
            }

            Length += lines.Length;
        }
        catch
        {
            CutBack();
            throw;
        }
    }

    public void Dispose() => _handle.Dispose();

    private void CutBack()
    {
        try
        {
            if (RandomAccess.GetLength(_handle) > Length)
            {
                RandomAccess.SetLength(_handle, Length);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The disk that failed the write may fail this too.
            Remains = new SegmentRemains(Path, Length);
        }
    }
}

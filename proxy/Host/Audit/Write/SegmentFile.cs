using ImdsProxy.Audit.Segments;
using ImdsProxy.Runtime;
using Microsoft.Win32.SafeHandles;

namespace ImdsProxy.Audit.Write;

/// <summary>The segment that is being written. Appends whole batches, and truncates the file after a failed write.</summary>
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
            // The lock shows other processes that this process still writes the segment.
            _ = FileLock.TryTake(_handle);
            if (!OperatingSystem.IsWindows())
            {
                // Set after creation, because the umask would remove bits.
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

    /// <summary>The remains of a failed write that could not be truncated, or null.</summary>
    public SegmentRemains? Remains { get; private set; }

    /// <summary>Marks the segment as complete: retention may remove it, and counts it with its actual size.</summary>
    public void Seal() => FileLock.Release(_handle);

    /// <summary>
    /// Checks whether the file still has a name, in this or another directory. A write to a deleted file succeeds, but its records
    /// could never be found.
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
            // The next write to such a disk fails too, and that failure is handled.
        }

        return true;
    }

    /// <summary>Checks whether the file is still at its path. Returns false if the file or its directory was moved or deleted.</summary>
    public bool LookForPlace() => LookForName() && File.Exists(Path);

    /// <summary>Returns the whole lines written since the file was last seen to have a name, as far as they can be read.</summary>
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
            // The bytes read so far are used.
        }

        // The file may have been truncated before it was deleted. Lines written after that follow a hole.
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
            // A disk that fails a write may fail the truncation too.
            Remains = new SegmentRemains(Path, Length);
        }
    }
}

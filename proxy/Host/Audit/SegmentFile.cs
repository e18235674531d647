using ImdsProxy.Runtime;
using Microsoft.Win32.SafeHandles;

namespace ImdsProxy.Audit;

/// <summary>The segment being written. Appends whole batches; what a failed write left of one is cut off again.</summary>
internal sealed class SegmentFile : IRecordOutput, IDisposable
{
    /// <summary>Readable by the log's group and by nobody else: the records name identities and workloads.</summary>
    public const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;

    private readonly SafeFileHandle _handle;
    private readonly bool _fsync;

    public SegmentFile(string directory, SegmentName name, bool fsync)
    {
        Name = name;
        Path = System.IO.Path.Combine(directory, name.ToString());
        _fsync = fsync;
        _handle = File.OpenHandle(Path, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        if (!OperatingSystem.IsWindows())
        {
            // After its creation, because the umask would take bits away.
            File.SetUnixFileMode(_handle, Mode);
        }
    }

    public SegmentName Name { get; }

    public string Path { get; }

    public long Length { get; private set; }

    /// <summary>Whether it still is where it was opened: not when it, or its directory, was moved or removed.</summary>
    public bool IsInPlace => File.Exists(Path);

    public void Write(ReadOnlySpan<byte> lines)
    {
        // A write to a file that was removed succeeds, and nobody would ever find the record. One that was moved keeps it.
        if (FileStatus.Of(_handle).Links == 0)
        {
            throw new IOException($"{Path} was removed");
        }

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
            TryCutBack();
            throw;
        }
    }

    /// <summary>Cuts off what a failed write left; what can't be cut off is a torn line, which readers skip.</summary>
    public void TryCutBack()
    {
        try
        {
            RandomAccess.SetLength(_handle, Length);
        }
        catch (IOException)
        {
            // The disk that failed the write fails this too; tried again when it has recovered.
        }
    }

    public void Dispose() => _handle.Dispose();
}

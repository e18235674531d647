using ImdsProxy.Audit.Segments;
using ImdsProxy.Runtime;

namespace ImdsProxy.Audit.Retain;

/// <summary>
/// The right to create, rename and remove files of the directory. Only one thread of one process has this right at a time,
/// because two threads could claim the same free space. Writing lines does not need this right.
/// </summary>
internal sealed class DirectoryTurn(string directory)
{
    /// <summary>The file that the processes lock. It is empty.</summary>
    public const string FileName = ".lock";

    // A turn takes a few milliseconds. A process that is stopped during its turn must not stop the other processes. They then
    // continue without the lock, and may exceed the limit by a segment. Both chains may wait twice within the deadline of one
    // write (1 s); a longer wait would cause that write to be given up again and again.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(150);

    private readonly Lock _threads = new();
    private FileStream? _file;
    private int _depth;

    /// <summary>Begins a turn, which ends when the result is disposed. Turns of one thread can be nested.</summary>
    /// <param name="isFirst">Whether to create a missing lock file. Only the start of a segment creates it, so that nothing else recreates a removed directory.</param>
    public IDisposable Enter(bool isFirst = false)
    {
        _threads.Enter();
        if (_depth++ == 0)
        {
            _file = TryTake(isFirst ? FileMode.OpenOrCreate : FileMode.Open);
        }

        return new Turn(this);
    }

    // In a directory that cannot be written, nothing needs the lock.
    private FileStream? TryTake(FileMode mode)
    {
        try
        {
            var file = new FileStream(Path.Combine(directory, FileName), Options(mode));
            SpinWait.SpinUntil(() => FileLock.TryTake(file.SafeFileHandle), Patience);
            return file;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static FileStreamOptions Options(FileMode mode)
    {
        var options = new FileStreamOptions
        {
            Mode = mode,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite | FileShare.Delete,
            BufferSize = 0,
        };
        if (mode == FileMode.OpenOrCreate && !OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = LogPermissions.File;
        }

        return options;
    }

    private void Leave()
    {
        if (--_depth == 0)
        {
            _file?.Dispose();
            _file = null;
        }

        _threads.Exit();
    }

    private sealed class Turn(DirectoryTurn turn) : IDisposable
    {
        public void Dispose() => turn.Leave();
    }
}

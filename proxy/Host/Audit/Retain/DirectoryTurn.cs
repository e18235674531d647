using ImdsProxy.Audit.Segments;
using ImdsProxy.Runtime;

namespace ImdsProxy.Audit.Retain;

/// <summary>
/// Whose turn it is to create, rename and remove files of the directory: of one thread of one process at a time, or two would
/// take the same room. Lines are written without it.
/// </summary>
internal sealed class DirectoryTurn(string directory)
{
    /// <summary>The file that the processes lock. It is empty.</summary>
    public const string FileName = ".lock";

    // A turn takes a few milliseconds. A process that was stopped amid its turn must not stop the records of the others: they
    // go on without it, and may exceed the bound by a segment. Both chains may wait for it, each twice, within the deadline
    // of one write (1 s), or that would be given up again and again.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(150);

    private readonly Lock _threads = new();
    private FileStream? _file;
    private int _depth;

    /// <summary>Begins a turn, which ends when what it returns is disposed of. A turn within a turn is the same turn.</summary>
    /// <param name="isFirst">Whether the file is created where it is missing: for a segment, so that nothing else brings a removed directory back.</param>
    public IDisposable Enter(bool isFirst = false)
    {
        _threads.Enter();
        if (_depth++ == 0)
        {
            _file = TryTake(isFirst ? FileMode.OpenOrCreate : FileMode.Open);
        }

        return new Turn(this);
    }

    // A directory that can't be written has nothing that is to be kept apart.
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

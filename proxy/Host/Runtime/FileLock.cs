using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ImdsProxy.Runtime;

/// <summary>
/// A lock on an open file. The kernel releases the lock when the file is closed, however the process ends. These are open file
/// description locks. .NET locks each file that it opens with flock(2), and the two kinds of lock do not affect each other.
/// </summary>
internal static partial class FileLock
{
    // linux/fcntl.h.
    private const int GetOwner = 36;
    private const int Set = 37;
    private const short Write = 1;
    private const short Unlocked = 2;

    /// <summary>Takes the lock. Returns false if another open file holds it, or if the file system does not support locks.</summary>
    public static bool TryTake(SafeFileHandle file)
    {
        var request = new Request { Kind = Write };
        return Control(file, Set, ref request) == 0;
    }

    /// <summary>Releases the lock.</summary>
    public static void Release(SafeFileHandle file)
    {
        var request = new Request { Kind = Unlocked };
        _ = Control(file, Set, ref request);
    }

    /// <summary>Whether another open file holds the lock. Also true if the file system cannot answer.</summary>
    public static bool IsTaken(SafeFileHandle file)
    {
        var request = new Request { Kind = Write };
        return Control(file, GetOwner, ref request) != 0 || request.Kind != Unlocked;
    }

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Control(SafeFileHandle file, int command, ref Request request);

    // struct flock of 64-bit Linux. If only its type is set, the lock covers the whole file. The kernel requires a process id of zero.
    [StructLayout(LayoutKind.Sequential)]
    private struct Request
    {
        public short Kind;
        public short Whence;
        public long Start;
        public long Length;
        public int Process;
    }
}

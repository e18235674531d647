using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ImdsProxy.Runtime;

/// <summary>Flushes the entries of a directory to disk. Without this flush, a renamed file may be lost in a power failure.</summary>
internal static partial class DurableDirectory
{
    // Linux's <asm-generic/fcntl.h>: O_RDONLY | O_CLOEXEC. .NET can't open directories.
    private const int ReadOnlyClosedOnExec = 0x80000;

    /// <exception cref="IOException">The flush failed.</exception>
    public static void Flush(string directory)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        using var handle = new SafeFileHandle(Open(directory, ReadOnlyClosedOnExec), ownsHandle: true);
        if (handle.IsInvalid)
        {
            throw new IOException($"'{directory}' can't be opened: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        RandomAccess.FlushToDisk(handle);
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);
}

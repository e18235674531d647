using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ImdsProxy.Runtime;

/// <summary>Has the disk keep what names a directory holds: without it a renamed file may be gone after a power cut.</summary>
internal static partial class DurableDirectory
{
    // Linux's <asm-generic/fcntl.h>: O_RDONLY | O_CLOEXEC. .NET opens no directories.
    private const int ReadOnlyClosedOnExec = 0x80000;

    /// <exception cref="IOException">The disk does not do it.</exception>
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

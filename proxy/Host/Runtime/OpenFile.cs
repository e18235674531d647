using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ImdsProxy.Runtime;

/// <summary>What the kernel knows of an open file and .NET does not tell.</summary>
internal static partial class OpenFile
{
    // linux/fcntl.h, linux/stat.h.
    private const int EmptyPath = 0x1000;
    private const uint LinkCount = 0x4;

    // struct statx has 256 bytes and is laid out alike on every architecture, unlike struct stat.
    private const int StatxLength = 256;
    private const int LinkCountOffset = 16;

    /// <summary>Whether no directory names it any more. Costs a third of a look for its path.</summary>
    /// <exception cref="IOException">The kernel does not say.</exception>
    public static bool IsRemoved(SafeFileHandle file)
    {
        Span<byte> answer = stackalloc byte[StatxLength];
        return Statx(file, "", EmptyPath, LinkCount, ref MemoryMarshal.GetReference(answer)) == 0
            ? MemoryMarshal.Read<uint>(answer[LinkCountOffset..]) == 0
            : throw new IOException($"an open file can't be looked at: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Statx(SafeFileHandle file, string path, int flags, uint mask, ref byte answer);
}

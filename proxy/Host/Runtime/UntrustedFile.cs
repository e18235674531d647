using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace ImdsProxy.Runtime;

/// <summary>
/// Reads a small file that a less trusted process may write. Whatever that process puts there, a link, a pipe, a device or
/// a file without end, the read returns at once and takes no more memory than it was allowed.
/// </summary>
internal static partial class UntrustedFile
{
    // <asm-generic/fcntl.h>, where O_RDONLY is 0.
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;

    // linux/stat.h
    private const int FormatMask = 0xF000;
    private const int RegularFile = 0x8000;

    // 32 and 64 bit Arm have a number of their own in <asm/fcntl.h>.
    private static readonly int NoFollow =
        RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? 0x8000 : 0x20000;

    /// <summary>The content as ASCII; null where there is no regular file or where it is longer.</summary>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static string? Read(string path, int longest)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        // Non-blocking: neither a pipe without a writer nor another process's lease on the file may hold the open up.
        using var file = new SafeFileHandle(Open(path, NonBlocking | NoFollow | CloseOnExec), ownsHandle: true);
        if (file.IsInvalid || (FileStatus.Of(file).Mode & FormatMask) != RegularFile)
        {
            return null;
        }

        var content = new byte[longest + 1];
        var length = RandomAccess.Read(file, content, 0);
        return length > longest ? null : Encoding.ASCII.GetString(content, 0, length);
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);
}

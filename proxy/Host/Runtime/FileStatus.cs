using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ImdsProxy.Runtime;

/// <summary>The properties of a file that the kernel knows and .NET does not expose.</summary>
/// <param name="Links">The number of the file's directory entries; 0 once the file is removed.</param>
/// <param name="Uid">The file's owner.</param>
/// <param name="Gid">The file's group.</param>
/// <param name="Mode">The file's type and permissions, as in <c>st_mode</c>.</param>
/// <param name="Inode">The file's number in its file system.</param>
internal readonly partial record struct FileStatus(uint Links, uint Uid, uint Gid, ushort Mode, ulong Inode)
{
    // linux/fcntl.h, linux/stat.h.
    private const int WorkingDirectory = -100;
    private const int SymlinkNoFollow = 0x100;
    private const int EmptyPath = 0x1000;
    private const uint BasicStats = 0x7ff;
    private const int StatxLength = 256;

    /// <summary>The status of the file at a path. A link is not followed.</summary>
    /// <exception cref="IOException">The status can't be read.</exception>
    public static FileStatus Of(string path)
    {
        Span<byte> answer = stackalloc byte[StatxLength];
        return Read(Statx(WorkingDirectory, path, SymlinkNoFollow, BasicStats, ref MemoryMarshal.GetReference(answer)), answer, path);
    }

    /// <summary>The status of an open file, even if it was moved. Costs a third of a lookup by path.</summary>
    /// <exception cref="IOException">The status can't be read.</exception>
    public static FileStatus Of(SafeFileHandle file)
    {
        Span<byte> answer = stackalloc byte[StatxLength];
        return Read(Statx(file, "", EmptyPath, BasicStats, ref MemoryMarshal.GetReference(answer)), answer, "an open file");
    }

    private static FileStatus Read(int result, ReadOnlySpan<byte> answer, string what) => result == 0
        ? new FileStatus(
            MemoryMarshal.Read<uint>(answer[16..]), MemoryMarshal.Read<uint>(answer[20..]), MemoryMarshal.Read<uint>(answer[24..]), MemoryMarshal.Read<ushort>(answer[28..]), MemoryMarshal.Read<ulong>(answer[32..]))
        : throw new IOException($"the status of {what} can't be read: {Marshal.GetLastPInvokeErrorMessage()}");

    // struct statx has the same layout on every architecture, unlike struct stat.
    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Statx(int directory, string path, int flags, uint mask, ref byte answer);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Statx(SafeFileHandle file, string path, int flags, uint mask, ref byte answer);
}

using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ImdsProxy.Runtime;

/// <summary>What the kernel knows of a file and .NET does not tell.</summary>
/// <param name="Links">How many directories name it; 0 once it is removed.</param>
/// <param name="Uid">Its owner.</param>
/// <param name="Gid">Its group.</param>
/// <param name="Mode">What it is, and its permissions, as <c>st_mode</c> has them.</param>
internal readonly partial record struct FileStatus(uint Links, uint Uid, uint Gid, ushort Mode)
{
    // linux/fcntl.h, linux/stat.h.
    private const int WorkingDirectory = -100;
    private const int SymlinkNoFollow = 0x100;
    private const int EmptyPath = 0x1000;
    private const uint BasicStats = 0x7ff;
    private const int StatxLength = 256;

    /// <summary>Of what a path names; of a link, the link itself.</summary>
    /// <exception cref="IOException">The kernel does not say.</exception>
    public static FileStatus Of(string path)
    {
        Span<byte> answer = stackalloc byte[StatxLength];
        return Read(Statx(WorkingDirectory, path, SymlinkNoFollow, BasicStats, ref MemoryMarshal.GetReference(answer)), answer, path);
    }

    /// <summary>Of an open file, wherever it is by now. Costs a third of a look for its path.</summary>
    /// <exception cref="IOException">The kernel does not say.</exception>
    public static FileStatus Of(SafeFileHandle file)
    {
        Span<byte> answer = stackalloc byte[StatxLength];
        return Read(Statx(file, "", EmptyPath, BasicStats, ref MemoryMarshal.GetReference(answer)), answer, "an open file");
    }

    private static FileStatus Read(int result, ReadOnlySpan<byte> answer, string what) => result == 0
        ? new FileStatus(
            MemoryMarshal.Read<uint>(answer[16..]), MemoryMarshal.Read<uint>(answer[20..]), MemoryMarshal.Read<uint>(answer[24..]), MemoryMarshal.Read<ushort>(answer[28..]))
        : throw new IOException($"{what} can't be looked at: {Marshal.GetLastPInvokeErrorMessage()}");

    // struct statx is laid out alike on every architecture, unlike struct stat.
    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Statx(int directory, string path, int flags, uint mask, ref byte answer);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Statx(SafeFileHandle file, string path, int flags, uint mask, ref byte answer);
}

using System.Runtime.InteropServices;

namespace ImdsProxy.Runtime;

/// <summary>Lists the directories in a directory with their inode numbers, without a system call for each.</summary>
internal static partial class CgroupDirectory
{
    // struct dirent of 64-bit Linux: inode, offset, length of the record, type, name.
    private const int TypeAt = 18;
    private const int NameAt = 19;
    private const byte IsDirectory = 4;

    /// <summary>The directories in a directory; none if it is gone.</summary>
    public static unsafe List<(string Name, ulong Inode)> Children(string path)
    {
        var children = new List<(string, ulong)>();
        var directory = Open(path);
        if (directory == 0)
        {
            return children;
        }

        try
        {
            while (Read(directory) is var entry && entry != null)
            {
                if (entry[TypeAt] == IsDirectory && Marshal.PtrToStringUTF8((nint)(entry + NameAt)) is { } name and not ("." or ".."))
                {
                    children.Add((name, *(ulong*)entry));
                }
            }
        }
        finally
        {
            _ = Close(directory);
        }

        return children;
    }

    [LibraryImport("libc", EntryPoint = "opendir", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Open(string path);

    [LibraryImport("libc", EntryPoint = "readdir")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial byte* Read(nint directory);

    [LibraryImport("libc", EntryPoint = "closedir")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(nint directory);
}

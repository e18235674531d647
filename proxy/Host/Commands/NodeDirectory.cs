using System.Runtime.InteropServices;
using ImdsProxy.Runtime;

namespace ImdsProxy.Commands;

/// <summary>A directory on the node that the proxy must own.</summary>
internal sealed partial class NodeDirectory(string path)
{
    // The group may list and read the directory. Other users may not even see the file names.
    private const UnixFileMode Mode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;

    // linux/stat.h.
    private const int FormatMask = 0xF000;
    private const int Directory = 0x4000;

    /// <summary>Returns owner, group and mode. Throws <see cref="IOException"/> if the path is not a directory.</summary>
    public (uint Uid, uint Gid, UnixFileMode Mode) Look()
    {
        var status = FileStatus.Of(path);
        return (status.Mode & FormatMask) == Directory
            ? (status.Uid, status.Gid, (UnixFileMode)(status.Mode & 0xFFF))
            : throw new IOException($"{path} is not a directory, or is a symbolic link; name a directory");
    }

    /// <summary>
    /// Creates the directory if it is missing, and gives it mode 0750 and its owner. A correct directory is left untouched, because
    /// another proxy may be writing to it.
    /// </summary>
    public void GiveTo(uint uid)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new IOException("prepare works on Linux only");
        }

        System.IO.Directory.CreateDirectory(path, Mode);
        var found = Look();
        if (found.Mode != Mode)
        {
            // Only the owner may change the mode: root has no CAP_FOWNER here, because no other step needs that capability.
            Own(GetEuid());
            File.SetUnixFileMode(path, Mode);
        }

        if (Look() is var now && (now.Uid != uid || now.Gid != uid))
        {
            Own(uid);
        }
    }

    private void Own(uint uid) => Check(LChown(path, uid, uid), $"given to user {uid}");

    private void Check(int result, string what)
    {
        if (result != 0)
        {
            throw new IOException($"{path} can't be {what}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
        }
    }

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int LChown(string path, uint uid, uint gid);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEuid();
}

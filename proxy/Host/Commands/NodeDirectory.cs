using System.Runtime.InteropServices;
using ImdsProxy.Runtime;

namespace ImdsProxy.Commands;

/// <summary>A directory of the node that is to belong to the proxy.</summary>
internal sealed partial class NodeDirectory(string path)
{
    // Its group may list and read it; others may not even know the names.
    private const UnixFileMode Mode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;

    // linux/stat.h.
    private const int FormatMask = 0xF000;
    private const int Directory = 0x4000;

    /// <summary>Owner, group and mode; throws <see cref="IOException"/> where it is no directory.</summary>
    public (uint Uid, uint Gid, UnixFileMode Mode) Look()
    {
        var status = FileStatus.Of(path);
        return (status.Mode & FormatMask) == Directory
            ? (status.Uid, status.Gid, (UnixFileMode)(status.Mode & 0xFFF))
            : throw new IOException($"{path} is no directory (a link is none either): name another");
    }

    /// <summary>Makes it where it is not, with mode 0750. One that is right already is not touched: another proxy may be writing there.</summary>
    public void GiveTo(uint uid)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new IOException("the directories of a node are prepared on Linux only");
        }

        System.IO.Directory.CreateDirectory(path, Mode);
        var found = Look();
        if (found.Mode != Mode)
        {
            // Only its owner may change a mode, unless root has more rights than it needs here.
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

using ImdsProxy.Runtime;

namespace ImdsProxy.Audit.Retain;

/// <summary>The file that a compression writes. It is locked while it is open, so a draft without a lock was left by a killed process.</summary>
internal static class DraftFile
{
    public static FileStream Create(string path)
    {
        var file = new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        _ = FileLock.TryTake(file.SafeFileHandle);
        return file;
    }
}

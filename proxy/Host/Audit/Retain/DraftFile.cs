using ImdsProxy.Runtime;

namespace ImdsProxy.Audit.Retain;

/// <summary>The file that a compression writes. It is locked as long as it is open, so that one whose process was killed shows.</summary>
internal static class DraftFile
{
    public static FileStream Create(string path)
    {
        var file = new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        _ = FileLock.TryTake(file.SafeFileHandle);
        return file;
    }
}

using Xunit;

namespace ImdsProxy.Host.Tests.Audit;

/// <summary>A file system on a loop device, which tests can make hang as a failed disk does.</summary>
internal sealed class LoopDisk : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("loop-disk-").FullName;
    private bool _isMounted;
    private bool _isFrozen;

    private LoopDisk() => Path = System.IO.Path.Combine(_directory, "disk");

    /// <summary>The mount point.</summary>
    public string Path { get; }

    /// <summary>Mounts a file system, or skips the test if that is not possible.</summary>
    public static LoopDisk Mount()
    {
        var disk = new LoopDisk();
        var image = System.IO.Path.Combine(disk._directory, "image");
        using (var file = File.Create(image))
        {
            file.SetLength(32 << 20);
        }

        Directory.CreateDirectory(disk.Path);
        disk._isMounted = SystemProgram.Run("mkfs.ext4", "-q", image) && SystemProgram.Run("mount", "-o", "loop", image, disk.Path);
        if (!disk._isMounted)
        {
            disk.Dispose();
            Assert.Skip("mounting a file system on a loop device needs root and mkfs.ext4");
        }

        return disk;
    }

    /// <summary>Makes every write hang.</summary>
    public void Freeze()
    {
        _isFrozen = SystemProgram.Run("fsfreeze", "--freeze", Path);
        Assert.SkipUnless(_isFrozen, "this file system can't be frozen");
    }

    /// <summary>Lets the writes continue.</summary>
    public void Thaw()
    {
        _isFrozen = false;
        SystemProgram.Run("fsfreeze", "--unfreeze", Path);
    }

    public void Dispose()
    {
        if (_isFrozen)
        {
            Thaw();
        }

        if (_isMounted)
        {
            SystemProgram.Run("umount", "--lazy", Path);
        }

        Directory.Delete(_directory, recursive: true);
    }
}

using Xunit;

namespace ImdsProxy.Network.Tests.Topology;

/// <summary>A small file system in memory, which the test fills.</summary>
internal sealed class FullDisk : IAsyncDisposable
{
    private FullDisk(string directory) => Directory = directory;

    public string Directory { get; }

    public static async Task<FullDisk> CreateAsync()
    {
        Requirements.Check("mount", "umount");
        var directory = System.IO.Directory.CreateTempSubdirectory("ipx-disk-").FullName;
        var mounted = await Programs.RunAsync(["mount", "-t", "tmpfs", "-o", "size=2m", "none", directory]);
        Assert.SkipUnless(mounted.ExitCode == 0, "needs to mount a file system");
        return new FullDisk(directory);
    }

    /// <summary>Writes until the file system is full.</summary>
    public void Fill()
    {
        using var file = File.Create(Path.Combine(Directory, "filling"), bufferSize: 0);
        var block = new byte[4096];
        try
        {
            while (true)
            {
                file.Write(block);
            }
        }
        catch (IOException)
        {
            // The file system is full.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Programs.RunAsync(["umount", "--lazy", Directory]);
        System.IO.Directory.Delete(Directory);
    }
}

using ImdsProxy.TestKit;
using Xunit;

namespace ImdsProxy.Network.Tests.Topology;

/// <summary>A part of the machine's cgroup v2 hierarchy that stands for a node's whole hierarchy. It must outlive the processes in it.</summary>
internal sealed class HostCgroups : IAsyncDisposable
{
    private readonly string _mount;

    private HostCgroups(string mount, string root) => (_mount, Root) = (mount, root);

    /// <summary>The root of the node's hierarchy.</summary>
    public string Root { get; }

    /// <summary>Mounts the hierarchy in a directory. <c>ip netns exec</c> mounts another <c>/sys</c>, which hides the machine's own mount.</summary>
    public static async Task<HostCgroups> CreateAsync()
    {
        Requirements.Check("mount", "umount", "find");
        var mount = Directory.CreateTempSubdirectory("ipx-cgroup-").FullName;
        var mounted = await Programs.RunAsync(["mount", "-t", "cgroup2", "none", mount]);
        Assert.SkipUnless(mounted.ExitCode == 0, "needs cgroup v2");
        return new HostCgroups(mount, Directory.CreateDirectory(Path.Combine(mount, Path.GetFileName(mount))).FullName);
    }

    /// <summary>Creates the cgroup of a pod's container, and returns its path.</summary>
    public string Pod(string uid) => Cgroup($"kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod{uid.Replace('-', '_')}.slice/cri-containerd-c0ffee.scope");

    /// <summary>Creates a cgroup below the root, and returns its path.</summary>
    public string Cgroup(string path) => Directory.CreateDirectory(Path.Combine(Root, path)).FullName;

    /// <summary>The command that runs another command inside a cgroup: a shell enters the cgroup and execs the program.</summary>
    public static string[] Inside(string cgroup, params string[] command) => ["sh", "-c", "echo $$ > \"$0\" && exec \"$@\"", Path.Combine(cgroup, "cgroup.procs"), .. command];

    public async ValueTask DisposeAsync()
    {
        // A child of a test's program may still be there.
        await Programs.RunAsync(["sh", "-c", "for group in $(find \"$0\" -name cgroup.kill); do echo 1 > \"$group\"; done", Root]);
        try
        {
            await Eventually.HoldsAsync(async () => (await Programs.RunAsync(["find", Root, "-depth", "-type", "d", "-delete"])).ExitCode == 0);
        }
        finally
        {
            await Programs.RunAsync(["umount", "--lazy", _mount]);
            Directory.Delete(_mount);
        }
    }
}

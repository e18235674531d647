using ImdsProxy.TestKit;
using Xunit;

namespace ImdsProxy.Network.Tests.Topology;

/// <summary>A cgroup whose connections to IMDS end at 127.0.0.1:3080, as on a node with Azure's Guest Proxy Agent.</summary>
internal sealed class AgentCgroup : IAsyncDisposable
{
    private readonly string _mount;
    private readonly string _group;

    private AgentCgroup(string mount, string group) => (_mount, _group) = (mount, group);

    /// <summary>Creates the cgroup. Skips the test if the kernel does not support it.</summary>
    public static async Task<AgentCgroup> CreateAsync(Cluster cluster)
    {
        var mount = Path.Combine(cluster.Directory, "cgroups");
        System.IO.Directory.CreateDirectory(mount);
        var mounted = await Programs.RunAsync(["mount", "-t", "cgroup2", "none", mount]);
        Assert.SkipUnless(mounted.ExitCode == 0, $"needs cgroup v2: {mounted.All}");
        var group = new AgentCgroup(mount, System.IO.Directory.CreateDirectory(Path.Combine(mount, Path.GetFileName(cluster.Directory))).FullName);
        var attached = await cluster.Node.ClientAsync("connect-hook", group._group);
        if (attached.ExitCode != 0)
        {
            await group.DisposeAsync();
            Assert.Skip($"needs eBPF programs in cgroups: {attached.All}");
        }

        return group;
    }

    /// <summary>A command that runs in the cgroup: a shell enters it and execs the program.</summary>
    public string[] Inside(params string[] command) =>
        ["sh", "-c", "echo $$ > \"$0\" && exec \"$@\"", Path.Combine(_group, "cgroup.procs"), .. command];

    /// <summary>Removes the cgroup, once its processes have ended.</summary>
    public async ValueTask DisposeAsync()
    {
        await Eventually.HoldsAsync(TryRemove);
        await Programs.MustAsync(["umount", _mount]);
    }

    private bool TryRemove()
    {
        try
        {
            System.IO.Directory.Delete(_group);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}

using ImdsProxy.Core.Callers;
using ImdsProxy.HostPods;
using ImdsProxy.Runtime;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.HostPods;

/// <summary>The map from cgroup ids to owners. An id is a directory's inode number, so ordinary directories serve as well as cgroups.</summary>
public sealed class CgroupOwnersTests : IDisposable
{
    private const string Uid = "0f3d2a61-8f3c-4c6e-9d52-3b1f0a7c9e11";

    private readonly string _root = Directory.CreateTempSubdirectory("imds-proxy-cgroups-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Resolve_NewCgroup_IsFoundByTheNextWalk()
    {
        using var owners = new CgroupOwners(new CgroupTree(_root), TimeProvider.System);
        var pod = Make($"kubepods/burstable/pod{Uid}/container/nested/deeper");
        owners.Find(pod).ShouldBeNull();

        (await ResolveAsync(owners, pod)).ShouldBe(new SocketOwner.OfPod(Uid));
        owners.Find(pod).ShouldBe(new SocketOwner.OfPod(Uid));
    }

    [Fact]
    public async Task Resolve_RemovedCgroup_IsUnknown()
    {
        using var owners = new CgroupOwners(new CgroupTree(_root), TimeProvider.System);
        var unit = Make("system.slice/kubelet.service");
        (await ResolveAsync(owners, unit)).ShouldBe(new SocketOwner.OfNode("kubelet.service"));

        Directory.Delete(Path.Combine(_root, "system.slice"), recursive: true);
        (await ResolveAsync(owners, ulong.MaxValue)).ShouldBe(SocketOwner.None.Instance);
        owners.Find(unit).ShouldBeNull();
    }

    // However many sockets of unknown cgroups there are, walks keep their distance.
    [Fact]
    public async Task Resolve_ManyUnknownCgroups_ShareOneWalk()
    {
        using var owners = new CgroupOwners(new CgroupTree(_root), TimeProvider.System);
        await ResolveAsync(owners, 1);
        owners.Walks.ShouldBe(1);

        var waiting = Enumerable.Range(0, 1000).Select(i => ResolveAsync(owners, (ulong)i)).ToList();
        await Task.WhenAll(waiting);
        owners.Walks.ShouldBe(2);
    }

    // A container that makes cgroups without end hides only sockets of its own.
    [Fact]
    public void Walk_OfAGreedyContainer_StillFindsAllOthers()
    {
        const string other = "aaaaaaaa-8f3c-4c6e-9d52-3b1f0a7c9e11";
        for (var i = 0; i < CgroupTree.MaxPerOwner * 2; i++)
        {
            Make($"kubepods/pod{Uid}/container/{i}");
        }

        var container = Make($"kubepods/pod{other}/container");
        var nested = Make($"kubepods/pod{other}/container/nested");
        var unit = Make("system.slice/kubelet.service");

        var owners = new CgroupTree(_root).Walk();

        owners[container].ShouldBe(new SocketOwner.OfPod(other));
        owners[nested].ShouldBe(new SocketOwner.OfPod(other));
        owners[unit].ShouldBe(new SocketOwner.OfNode("kubelet.service"));
        owners.Values.Count(static owner => owner == new SocketOwner.OfPod(Uid)).ShouldBe(CgroupTree.MaxPerOwner);
    }

    private static Task<SocketOwner> ResolveAsync(CgroupOwners owners, ulong id) => owners.ResolveAsync(id, TimeSpan.FromSeconds(3), CancellationToken.None);

    private ulong Make(string path)
    {
        var full = Directory.CreateDirectory(Path.Combine(_root, path));
        return CgroupDirectory.Children(full.Parent!.FullName).Single(child => child.Name == full.Name).Inode;
    }
}

using System.Globalization;
using ImdsProxy.Redirect.HostPods;
using ImdsProxy.Redirect.Kernel;
using ImdsProxy.Runtime;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;
using static ImdsProxy.Host.Tests.Redirect.HostPods.SocketBytes;
using static ImdsProxy.Host.Tests.Redirect.NetlinkBytes;

namespace ImdsProxy.Host.Tests.Redirect.HostPods;

/// <summary>Which sockets of a node go past the proxy, and whose they are.</summary>
public sealed class PastSocketsTests : IDisposable
{
    private const string Imds = "169.254.169.254:80";
    private const uint Proxy = 16254;
    private const string Own = "11111111-0000-4000-8000-000000000001";
    private const string Other = "11111111-0000-4000-8000-000000000002";

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("imds-proxy-cgroups-");
    private readonly DirectoryInfo _announced = Directory.CreateTempSubdirectory("imds-proxy-pods-");
    private readonly ManualTime _time = new();
    private readonly NodeSockets _node = new();
    private readonly PastSockets _sockets;
    private readonly ulong _own;
    private readonly ulong _other;
    private readonly ulong _kubelet;

    public PastSocketsTests()
    {
        _sockets = new PastSockets(() => _node, new CgroupNames(_root.FullName), new ProxyPods(_announced.FullName, _time), 16254);
        _own = Cgroup($"kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod{Own.Replace('-', '_')}.slice/cri-containerd-aa.scope");
        _other = Cgroup($"kubepods/besteffort/pod{Other}/bb/kubepods/pod{Own}");
        _kubelet = Cgroup("system.slice/kubelet.service");
    }

    public void Dispose()
    {
        _root.Delete(recursive: true);
        _announced.Delete(recursive: true);
    }

    [Fact]
    public void Stranger_WithTheProxysUser_IsNamed()
    {
        _node.Sockets.AddRange(
        [
            Socket(Established, "10.1.0.4:40001", Imds, Proxy, _own),
            Socket(Established, "10.1.0.4:40002", Imds, Proxy, _other),
            Socket(SynSent, "10.1.0.4:40003", Imds, Proxy, _other, mapped: true),
            Socket(Established, "10.1.0.4:40004", "10.9.9.9:80", Proxy, _other),
            Socket(Established, "10.1.0.4:40005", Imds, Proxy, _kubelet),
            Socket(Established, "10.1.0.4:40006", Imds, Proxy, 4711),
        ]);
        Look().ShouldBe([$"uid pod {Other} 2", "uid unit kubelet.service 1", "uid unknown 1"]);
    }

    [Fact]
    public void Connection_OlderThanTheLease_IsNamedAtTheSecondLook()
    {
        _node.Sockets.AddRange(
        [
            Socket(Established, "10.1.0.4:40001", Imds, 0, _other),
            Socket(Established, "10.1.0.4:40002", Imds, 0, _other),
            Socket(Established, "10.1.0.4:16254", "10.1.0.4:40002", Proxy, _own),
            Socket(Established, "10.1.0.4:40003", Imds, 0, _kubelet),
        ]);
        Look().ShouldBeEmpty();
        Look().ShouldBe([$"older-connection pod {Other} 1"]);
        Look(intercepted: false).ShouldBeEmpty();
        Look().ShouldBeEmpty("a lapse starts the count anew");
    }

    [Fact]
    public void Listener_OfAnotherPodOnTheProxysPort_IsNamed()
    {
        _node.Sockets.AddRange([Socket(Listening, "0.0.0.0:16254", "0.0.0.0:0", Proxy, _own), Socket(Listening, "0.0.0.0:16254", "0.0.0.0:0", Proxy, _other, mapped: true)]);
        Look().ShouldBe([$"listener pod {Other} 1"]);
    }

    // During a rollout, two pods of the proxy run on the node.
    [Fact]
    public void OtherProxy_Announced_IsNoStrangerWhileItAnnouncesItself()
    {
        _node.Sockets.Add(Socket(Established, "10.1.0.4:40002", Imds, Proxy, _other));
        File.WriteAllText(Path.Combine(_announced.FullName, Other), "");
        File.SetLastWriteTimeUtc(Path.Combine(_announced.FullName, Other), _time.GetUtcNow().UtcDateTime);
        Look().ShouldBeEmpty();
        _time.Advance(TimeSpan.FromSeconds(31));
        Look().ShouldBe([$"uid pod {Other} 1"]);
        File.Exists(Path.Combine(_announced.FullName, Other)).ShouldBeFalse();
        File.Exists(Path.Combine(_announced.FullName, Own)).ShouldBeTrue();
    }

    [Fact]
    public void Watch_OutsideOfPods_TakesTheNodesProcessesForTheProxy()
    {
        _node.Sockets.AddRange([Socket(Established, "10.1.0.4:40001", Imds, Proxy, _kubelet), Socket(Established, "10.1.0.4:40002", Imds, Proxy, _other)]);
        Look(_kubelet).ShouldBe([$"uid pod {Other} 1"]);
    }

    public static TheoryData<string, Func<uint, byte[][]>> Hostile => new()
    {
        { "nothing", _ => [] },
        { "empty datagrams for ever", _ => [.. Enumerable.Repeat(Array.Empty<byte>(), 40_000)] },
        { "answers to another request for ever", n => [.. Enumerable.Repeat(Message(20, n + 9, new byte[72]), 40_000)] },
        { "a refusal", n => [Message(2, n, [0xfe, 0xff, 0xff, 0xff])] },
        { "a socket that is too short", n => [Message(20, n, [2, 1, .. new byte[60]])] },
        { "a socket of another family", n => [Message(20, n, new byte[72])] },
        { "a cgroup of four bytes", n => [Message(20, n, [2, 1, .. new byte[70], .. Attribute(21, 1, 2, 3, 4)])] },
        { "an attribute that is too long", n => [Message(20, n, [2, 1, .. new byte[70], 200, 0, 21, 0])] },
        { "half a header", n => [Done(n)[..10]] },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public void List_Invalid_IsNotUsed(string name, Func<uint, byte[][]> answer)
    {
        var failure = Should.Throw<Exception>(() => new SocketDump(new ScriptedKernel((_, n) => answer(n))).ConnectedTo(80, _ => { }));
        (failure is IOException or InvalidDataException).ShouldBeTrue(name);
    }

    [Fact]
    public void Bytes_ChangedAtRandom_ThrowNothingElse()
    {
        var random = new Random(4711);
        for (var round = 0; round < 20_000; round++)
        {
            try
            {
                new SocketDump(new ScriptedKernel((_, n) => [DamagedBytes.Of(random, [.. Message(20, n, Socket(Established, "10.1.0.4:40001", Imds, 0, 1)), .. Done(n)])])).ConnectedTo(80, _ => { });
            }
            catch (Exception e) when (e is IOException or InvalidDataException)
            {
                // The only exceptions that the list may throw.
            }
        }
    }

    private List<string> Look(ulong? own = null, bool intercepted = true) =>
        _sockets.Look(own ?? _own, intercepted).Select(f => string.Create(CultureInfo.InvariantCulture, $"{f.ReasonName} {f.Who} {f.Count}")).ToList();

    private ulong Cgroup(string path) => FileStatus.Of(Directory.CreateDirectory(Path.Combine(_root.FullName, path)).FullName).Inode;
}

using ImdsProxy.Doctor.Node;
using ImdsProxy.Doctor.Surroundings;
using ImdsProxy.Redirect.Node;
using Xunit;

namespace ImdsProxy.Host.Tests.Doctor;

/// <summary>The checks of the node, on fake files.</summary>
public sealed class NodeCheckTests : IDisposable
{
    private const string Count = "/proc/sys/net/netfilter/nf_conntrack_count=";
    private const string Max = "/proc/sys/net/netfilter/nf_conntrack_max=";
    private const string Settings = "/proc/sys/net/ipv4/conf/";
    private const string HostRouting = "/var/run/cilium/state/globals/node_config.h=#define ENABLE_HOST_ROUTING 1\n";
    private const string LegacyRouting = "/var/run/cilium/state/globals/node_config.h=#define ENABLE_IPV4 1\n";

    private static readonly Place Node = new(OnNode: true, Container: null);
    private static readonly Place Pod = new(OnNode: false, Container: null);

    private readonly FakeFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("100\n", "1000\n", "Good", "10 % full (100 of 1000)")]
    [InlineData("800\n", "1000\n", "Warning", "80 % full")]
    [InlineData("990\n", "1000\n", "Broken", "New connections fail")]
    [InlineData("", "", "NotApplicable", "does not say")]
    [InlineData("1\n", "0\n", "NotApplicable", "does not say")]
    public async Task Conntrack_WithAFill_IsJudged(string count, string max, string state, string words) =>
        await new ConntrackCheck(Node, _files.With(Count + count, Max + max).Host).ShouldFindAsync(state, words);

    // A setting of the kernel yields its whole value only to a read with a large enough buffer.
    [Fact]
    public async Task Conntrack_OfThisKernel_IsReadWhole()
    {
        const string Setting = "/proc/sys/net/netfilter/nf_conntrack_max";
        Assert.SkipUnless(File.Exists(Setting), "this kernel tracks no connections");

        await new ConntrackCheck(Node, new HostFiles()).ShouldFindAsync("Good", $" of {(await File.ReadAllTextAsync(Setting)).Trim()})");
    }

    [Theory]
    [InlineData("0", "1", "Good", "0)")]
    [InlineData("1", "1", "Warning", "for: azv1, default")]
    public async Task SourceRouting_Accepted_IsAWarning(string all, string others, string state, string words) =>
        await new SourceRoutingCheck(
            Node,
            _files.With($"{Settings}all/accept_source_route={all}\n", $"{Settings}default/accept_source_route={others}\n", $"{Settings}azv1/accept_source_route={others}\n").Host)
            .ShouldFindAsync(state, words);

    [Theory]
    [InlineData("auto", "", "", null, "Good", "no Cilium was found")]
    [InlineData("yes", "", "", null, "Broken", "--ebpf-host-routing yes")]
    [InlineData("no", "true", "", null, "Good", "no Cilium was found")]
    [InlineData("auto", "true", "", null, "Broken", "ebpf-host-routing=true")]
    [InlineData("auto", "false", "", null, "Good", "no Cilium was found")]
    [InlineData("auto", "", HostRouting, 7L, "Broken", "set up for eBPF host routing")]
    [InlineData("auto", "", LegacyRouting, 7L, "Good", "has taken 7 connections")]
    [InlineData("auto", "", LegacyRouting, 0L, "Warning", "it is not known")]
    [InlineData("auto", "", "/sys/class/net/cilium_host", null, "Warning", "it is not known")]
    [InlineData("auto", "", "/sys/fs/bpf/tc/globals/cilium_lxc=", null, "Warning", "it is not known")]
    public async Task HostRouting_ByLabelOrTraces_IsFound(string setting, string label, string file, long? taken, string state, string words)
    {
        ReadNodeLabels labels = _ => Task.FromResult<IReadOnlyDictionary<string, string>?>(
            label.Length == 0 ? null : new Dictionary<string, string>(StringComparer.Ordinal) { [ImdsProxy.Redirect.Node.HostRouting.Label] = label });

        await new HostRoutingCheck(Node, setting, labels, CiliumTraces.Of(_files.With(file).Host), _ => Task.FromResult(taken)).ShouldFindAsync(state, words);
    }

    [Theory]
    [InlineData(false, true, "NotApplicable", "are not seen")]
    [InlineData(true, true, "Good", "are seen")]
    [InlineData(true, false, "Broken", "cgroup v1")]
    public async Task HostPods_AreSeenWithCgroupV2Only(bool isOn, bool hasV2, string state, string words) =>
        await new HostPodsCheck(Node, isOn, _files.With(hasV2 ? "/sys/fs/cgroup/cgroup.controllers=cpu\n" : "/sys/fs/cgroup/memory").Host).ShouldFindAsync(state, words);

    [Theory]
    [InlineData(true, false, "", "Broken", "Pods are not guarded")]
    [InlineData(true, true, "/usr/sbin/azure-proxy-agent=", "Broken", "the node has /usr/sbin/azure-proxy-agent")]
    [InlineData(false, false, "", "Good", "is not taken")]
    [InlineData(false, true, "", "Warning", "a program listens at 127.0.0.1:3080")]
    [InlineData(false, false, "/etc/azure/proxy-agent.json={}", "Warning", "does not take connections to IMDS now")]
    [InlineData(null, false, "", "NotApplicable", "it is not known")]
    [InlineData(null, false, "/lib/systemd/system/azure-proxy-agent.service=", "Warning", "no connection to IMDS could be established")]
    public async Task GuestProxyAgent_ByConnectionOrTraces_IsFound(bool? taken, bool listens, string file, string state, string words) =>
        await new GuestProxyAgentCheck(Node, _files.With(file).Host, _ => Task.FromResult(taken), () => listens).ShouldFindAsync(state, words);

    [Fact]
    public async Task GuestProxyAgent_InAPod_DoesNotLookAtThePodsOwnListeners() =>
        await new GuestProxyAgentCheck(Pod, _files.Host, _ => Task.FromResult<bool?>(false), () => true).ShouldFindAsync("Good", "is not taken");

    [Fact]
    public async Task Checks_OfTheNode_DoNotApplyInAPod()
    {
        await new ConntrackCheck(Pod, _files.Host).ShouldFindAsync("NotApplicable", "An ordinary pod");
        await new SourceRoutingCheck(Pod, _files.Host).ShouldFindAsync("NotApplicable", "An ordinary pod");
        await new HostPodsCheck(Pod, isOn: true, _files.Host).ShouldFindAsync("NotApplicable", "An ordinary pod");
        await new SystemdImdsCheck(Pod, _files.Host).ShouldFindAsync("NotApplicable", "An ordinary pod");
    }
}

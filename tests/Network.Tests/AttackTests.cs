using ImdsProxy.Network.Tests.Topology;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.Network.Tests;

/// <summary>Ways past the proxy. Each test first shows that the way is open without the redirect.</summary>
public sealed class AttackTests
{
    private const string Silence = "000";
    private static readonly TimeSpan Repaired = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData("nft")]
    [InlineData("legacy")]
    public async Task Pod_ConnectingToImdsDirectly_IsStopped(string backend)
    {
        await using var cluster = await Cluster.CreateAsync();
        await cluster.StartImdsAsync();
        (await cluster.Pod.GetImdsAsync()).ShouldBe("200");
        (await cluster.OtherNode.GetImdsAsync()).ShouldBe("200", "the node forwards packets of any sender");

        await cluster.ApplyAsync(backend);
        (await cluster.Pod.GetImdsAsync()).ShouldBe(Silence);
        (await cluster.OtherNode.GetImdsAsync()).ShouldBe(Silence);
        (await cluster.Node.GetImdsAsync()).ShouldBe("200", "the node's own access stays open");
    }

    [Theory]
    [InlineData("nft")]
    [InlineData("legacy")]
    public async Task Pod_UsingOtherPortsAndProtocols_IsStopped(string backend)
    {
        await using var cluster = await Cluster.CreateAsync();
        await cluster.StartImdsAsync();
        await cluster.StartEchoAsync($"{Cluster.Imds}:5353");
        var otherPort = $"http://{Cluster.Imds}:{ClusterSteps.OtherPort}/_requests";
        (await cluster.Pod.GetAsync(otherPort)).ShouldBe("200");
        (await cluster.Pod.ClientAsync("udp", $"{Cluster.Imds}:5353")).Output.ShouldBe("answer\n");
        (await cluster.Pod.ClientAsync("ping", Cluster.Imds)).Output.ShouldBe("answer\n");

        await cluster.ApplyAsync(backend);
        (await cluster.Pod.GetAsync(otherPort)).ShouldBe(Silence);
        (await cluster.Pod.ClientAsync("udp", $"{Cluster.Imds}:5353")).Output.ShouldBe("silence\n");
        (await cluster.Pod.ClientAsync("ping", Cluster.Imds)).Output.ShouldBe("silence\n");
    }

    [Fact]
    public async Task Pod_ConnectingToWireServer_ReachesOnlyItsDns()
    {
        await using var cluster = await Cluster.CreateAsync();
        await cluster.StartEchoAsync($"{Cluster.WireServer}:53");
        foreach (var port in new[] { 80, 32526 })
        {
            var server = cluster.Keep(cluster.ImdsHost.StartImdsProxy("fake-imds", "--listen", $"{Cluster.WireServer}:{port}"));
            await server.SaysAsync("listening on");
        }

        var urls = new[] { $"http://{Cluster.WireServer}{ClusterSteps.Versions}", $"http://{Cluster.WireServer}:32526{ClusterSteps.Versions}" };
        foreach (var url in urls)
        {
            (await cluster.Pod.GetAsync(url)).ShouldBe("200");
        }

        await cluster.ApplyAsync("nft");
        foreach (var url in urls)
        {
            (await cluster.Pod.GetAsync(url)).ShouldBe(Silence);
        }

        (await cluster.Pod.ClientAsync("udp", $"{Cluster.WireServer}:53")).Output.ShouldBe("answer\n");

        await cluster.ApplyAsync("nft", "--wireserver", "off");
        (await cluster.Pod.GetAsync(urls[0])).ShouldBe("200");
    }

    [Theory]
    [InlineData("nft")]
    [InlineData("legacy")]
    public async Task Connection_OpenedBeforeApply_IsStopped(string backend)
    {
        await using var cluster = await Cluster.CreateAsync();
        await cluster.StartImdsAsync();
        // On a real node, kube-proxy's rules make the kernel track connections even before ours exist.
        await cluster.IptablesAsync(backend, "-t", "nat", "-A", "POSTROUTING", "-s", "192.0.2.0/24", "-j", "MASQUERADE");
        var kept = cluster.Keep(cluster.Pod.StartClient("keep", $"{Cluster.Imds}:80", ClusterSteps.Versions));
        await kept.SaysAsync("connected");
        await kept.TellAsync("again");
        await kept.SaysAsync("HTTP/1.1 200 OK");

        await cluster.ApplyAsync(backend);
        var asked = await cluster.AskedAsync();
        await kept.TellAsync("again");
        await Eventually.HoldsAsync(() => kept.Text.Contains("silence", StringComparison.Ordinal) || kept.Text.Contains("reset", StringComparison.Ordinal) || kept.Text.Contains("closed", StringComparison.Ordinal));
        kept.Text.Split("HTTP/1.1 200 OK").Length.ShouldBe(2, kept.Text);
        (await cluster.AskedAsync()).ShouldBe(asked);
    }

    [Theory]
    [InlineData("nft")]
    [InlineData("legacy")]
    public async Task Pod_SpoofingAnotherPodsAddress_IsStoppedByTheReversePathCheck(string backend)
    {
        await using var cluster = await Cluster.CreateAsync();
        await cluster.StartImdsAsync();
        var attacker = cluster.Pods[2];
        var stolen = cluster.Pods[0].Address;
        await attacker.MustAsync("ip", "addr", "add", $"{stolen}/32", "dev", "eth0");
        await cluster.ImdsHost.MustAsync("iptables-nft", "-A", "INPUT", "-s", stolen, "-p", "tcp", "--dport", "80");

        await SpoofAsync(attacker, stolen);
        (await PacketsAsync(cluster.ImdsHost, "iptables-nft", "filter")).ShouldBeGreaterThan(0, "without the redirect, the spoofed packet reaches IMDS");

        await cluster.IptablesAsync(backend, "-t", "mangle", "-A", "INPUT", "-s", stolen, "-p", "tcp", "--dport", "16254");
        await cluster.IptablesAsync(backend, "-t", "raw", "-A", "PREROUTING", "-s", stolen, "-d", Cluster.Imds);
        await cluster.StartStandInProxyAsync();
        await cluster.ApplyAsync(backend, "--rpfilter", "off");
        await SpoofAsync(attacker, stolen);
        var before = await PacketsAsync(cluster.Node, $"iptables-{backend}", "mangle");
        before.ShouldBeGreaterThan(0, "without the reverse path check, the proxy would see the other pod's address");

        await cluster.ApplyAsync(backend);
        await SpoofAsync(attacker, stolen);
        (await PacketsAsync(cluster.Node, $"iptables-{backend}", "mangle")).ShouldBe(before);
        (await cluster.Pods[0].GetImdsAsync()).ShouldBe("200", "the owner of the address gets its answers");
        (await attacker.GetImdsAsync()).ShouldBe("200", "the attacker gets answers at its own address");
    }

    [Theory]
    [InlineData("nft")]
    [InlineData("legacy")]
    public async Task UntrackedConnection_IsStopped(string backend)
    {
        await using var cluster = await Cluster.CreateAsync();
        await cluster.StartImdsAsync();
        await cluster.StartStandInProxyAsync();
        await cluster.IptablesAsync(backend, "-t", "raw", "-I", "PREROUTING", "-p", "tcp", "-j", "CT", "--notrack");
        await cluster.IptablesAsync(backend, "-t", "raw", "-I", "OUTPUT", "-p", "tcp", "-j", "CT", "--notrack");
        var nodePort = $"http://{Cluster.NodeIp}:16254{ClusterSteps.Versions}";
        (await cluster.Pod.GetImdsAsync()).ShouldBe("200");
        (await cluster.Pod.GetAsync(nodePort)).ShouldBe("200");

        var applied = await cluster.RedirectAsync("apply", backend, "--wait", "0ms");
        applied.ExitCode.ShouldBe(1, "the rules are in place, but not effective");
        applied.Output.ShouldContain("not tracked: raw PREROUTING exempts IMDS packets from connection tracking, so the redirect never sees them: -p tcp -j CT --notrack");
        (await cluster.Pod.GetImdsAsync()).ShouldBe(Silence);
        (await cluster.Pod.GetAsync(nodePort)).ShouldBe(Silence);
    }

    [Theory]
    [InlineData("nft")]
    [InlineData("legacy")]
    public async Task NodePorts_AreClosedToPodsAndOtherNodes(string backend)
    {
        await using var cluster = await Cluster.CreateAsync();
        await cluster.StartStandInProxyAsync();
        await cluster.StartStandInProxyAsync("0.0.0.0:16255");
        var urls = new[] { $"http://{Cluster.NodeIp}:16254{ClusterSteps.Versions}", $"http://{Cluster.NodeIp}:16255{ClusterSteps.Versions}" };
        var strangers = new[] { cluster.Pod, cluster.OtherNode };
        foreach (var (stranger, url) in strangers.SelectMany(s => urls.Select(u => (s, u))))
        {
            (await stranger.GetAsync(url)).ShouldBe("200");
        }

        await cluster.ApplyAsync(backend);
        foreach (var (stranger, url) in strangers.SelectMany(s => urls.Select(u => (s, u))))
        {
            (await stranger.GetAsync(url)).ShouldBe(Silence);
        }

        (await cluster.Pod.GetImdsAsync()).ShouldBe("200", "redirected connections reach the same port");
        (await cluster.Node.GetAsync($"http://127.0.0.1:16255{ClusterSteps.Versions}")).ShouldBe("200", "management is for the node's loopback");
    }

    [Fact]
    public async Task Proxy_Killed_LeavesImdsClosed()
    {
        await using var cluster = await Cluster.CreateAsync();
        await cluster.StartImdsAsync();
        var proxy = await Proxy.StartAsync(cluster);
        await cluster.ApplyAsync("nft");
        (await cluster.Pod.GetImdsAsync()).ShouldBe("200");
        var asked = await cluster.AskedAsync();

        await proxy.Program.KillAsync();
        (await cluster.Pod.GetImdsAsync()).ShouldBe(Silence);
        (await cluster.AskedAsync()).ShouldBe(asked);
    }

    [Theory]
    [InlineData("nft")]
    [InlineData("legacy")]
    public async Task NatChain_FlushedByHand_StaysClosedAndIsRestored(string backend)
    {
        await using var cluster = await Cluster.CreateAsync();
        await cluster.StartImdsAsync();
        var proxy = await Proxy.StartAsync(cluster);
        await cluster.WatchAsync(backend);
        (await cluster.Pod.GetImdsAsync()).ShouldBe("200");

        await cluster.IptablesAsync(backend, "-t", "nat", "-F", "PREROUTING");
        await RepairedAsync(cluster, proxy);
    }

    [Theory]
    [InlineData("nft")]
    [InlineData("legacy")]
    public async Task Jump_DisplacedByAnotherRule_IsMovedBack(string backend)
    {
        await using var cluster = await Cluster.CreateAsync();
        await cluster.StartImdsAsync();
        var proxy = await Proxy.StartAsync(cluster);
        await cluster.WatchAsync(backend);
        (await cluster.Pod.GetImdsAsync()).ShouldBe("200");

        await cluster.IptablesAsync(backend, "-t", "nat", "-I", "PREROUTING", "-d", Cluster.Imds, "-j", "ACCEPT");
        await RepairedAsync(cluster, proxy);
        (await cluster.IptablesAsync(backend, "-t", "nat", "-S", "PREROUTING")).Split('\n')[1].ShouldContain("IMDS-PROXY-REDIRECT");
    }

    [Theory]
    [InlineData("nft")]
    [InlineData("legacy")]
    public async Task AcceptFirstInMangle_WithAFlushedNat_IsStoppedByTheSecondGuard(string backend)
    {
        await using var cluster = await Cluster.CreateAsync();
        await cluster.StartImdsAsync();
        await cluster.ApplyAsync(backend);
        await cluster.IptablesAsync(backend, "-t", "mangle", "-I", "FORWARD", "-j", "ACCEPT");
        await cluster.IptablesAsync(backend, "-t", "nat", "-F", "PREROUTING");
        (await cluster.Pod.GetImdsAsync()).ShouldBe(Silence);

        // Without the second guard and the last one, IMDS is open. This shows what they are for.
        await cluster.IptablesAsync(backend, "-t", "security", "-F", "FORWARD");
        (await cluster.Pod.GetImdsAsync()).ShouldBe(Silence);
        await cluster.IptablesAsync(backend, "-t", "mangle", "-F", "POSTROUTING");
        (await cluster.Pod.GetImdsAsync()).ShouldBe("200");
        (await cluster.RedirectAsync("check", backend)).ExitCode.ShouldBe(1);

        await cluster.ApplyAsync(backend);
        (await cluster.Pod.GetImdsAsync()).ShouldBe(Silence);
    }

    // Until the node has decided to forward these packets, they are addressed to it. Only the last guard can recognise them.
    [Theory]
    [InlineData("nft")]
    [InlineData("legacy")]
    public async Task Pod_SourceRoutingThroughTheNode_IsStopped(string backend)
    {
        await using var cluster = await Cluster.CreateAsync();
        await cluster.StartImdsAsync();
        foreach (var space in new[] { cluster.Pod, cluster.Node, cluster.ImdsHost })
        {
            await space.MustAsync("sysctl", "-qw", "net.ipv4.conf.all.accept_source_route=1", "net.ipv4.conf.eth0.accept_source_route=1");
        }

        (await SourceRouteAsync(cluster)).ShouldBe("HTTP/1.1 200 OK\n");

        await cluster.StartStandInProxyAsync();
        await cluster.ApplyAsync(backend);
        (await SourceRouteAsync(cluster)).ShouldBe("silence\n");
        (await cluster.Pod.GetImdsAsync()).ShouldBe("200", "the redirect works beside it");
        (await cluster.Node.GetImdsAsync()).ShouldBe("200", "the node's own way stays open");
        (await cluster.RedirectAsync("check", backend)).Output.ShouldContain("note: the node accepts source-routed packets (accept_source_route is 1 for all and for ");

        // Without the last guard, the packets reach IMDS, and only its answer is stopped. Without that rule too, IMDS is open.
        await cluster.IptablesAsync(backend, "-t", "mangle", "-F", "POSTROUTING");
        (await SourceRouteAsync(cluster)).ShouldBe("silence\n");
        await cluster.IptablesAsync(backend, "-t", "mangle", "-F", "IMDS-PROXY-FORWARD");
        (await SourceRouteAsync(cluster)).ShouldBe("HTTP/1.1 200 OK\n");
    }

    private static async Task<string> SourceRouteAsync(Cluster cluster) =>
        (await cluster.Pod.ClientAsync("source-route", Cluster.NodeIp, $"{Cluster.Imds}:80", ClusterSteps.Versions)).Output;

    private static async Task RepairedAsync(Cluster cluster, Proxy proxy)
    {
        await Eventually.HoldsAsync(async () => await cluster.Pod.GetImdsAsync() == "200", Repaired);
        (await cluster.AskedAsync()).ShouldBe(proxy.Requests().Count, "only the proxy sent requests to IMDS");
    }

    private static Task<string> SpoofAsync(NetworkSpace attacker, string stolen) =>
        attacker.GetAsync($"http://{Cluster.Imds}{ClusterSteps.Versions}", "--interface", stolen);

    // The counter belongs to the only rule without a target.
    private static async Task<long> PacketsAsync(NetworkSpace space, string iptables, string table)
    {
        var saved = await space.MustAsync($"{iptables}-save", "-c", "-t", table);
        var line = saved.Split('\n').Single(l => l.Contains("-A INPUT", StringComparison.Ordinal) && !l.Contains(" -j ", StringComparison.Ordinal));
        return long.Parse(line[1..line.IndexOf(':', StringComparison.Ordinal)], System.Globalization.CultureInfo.InvariantCulture);
    }
}

using System.Text.Json.Nodes;
using ImdsProxy.Network.Tests.Topology;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.Network.Tests;

/// <summary>
/// What a hostNetwork pod can do against the lease: nothing as root without capabilities, and what SETUID, NET_RAW and NET_ADMIN
/// add. docs/host-pods.md states the same.
/// </summary>
public sealed class HostPodsAttackTests(ITestOutputHelper output)
{
    private const string ProxyPod = "22222222-0000-4000-8000-000000000001";
    private const string Attacker = "22222222-0000-4000-8000-000000000002";
    private const string Direct = "apiVersions";
    private const string Metadata = "Metadata: true";
    private const string Url = $"http://{Cluster.Imds}{ClusterSteps.Versions}";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly string[][] Attempts =
    [
        ["nft", "delete", "element", "ip", "imds_proxy_host", "lease", "{ 169.254.169.254 }"],
        ["nft", "delete", "table", "ip", "imds_proxy_host"],
        ["nft", "flush", "ruleset"],
        ["iptables-nft", "-t", "nat", "-I", "OUTPUT", "-j", "RETURN"],
        ["iptables-legacy", "-t", "raw", "-I", "OUTPUT", "-j", "NOTRACK"],
        ["conntrack", "-F"],
        ["ip", "route", "add", "169.254.169.254", "via", "10.1.0.254"],
        ["setpriv", "--reuid", "16254", "curl", "-s", Url],
        ["curl", "-s", "--max-time", "1", $"http://{Cluster.NodeIp}:16254{ClusterSteps.Versions}"],
        ["curl", "-s", "--interface", "eth0", "--max-time", "2", "-H", Metadata, Url],
        ["python3", "-c", "import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)"],
        ["python3", "-c", "import socket; socket.socket(socket.AF_INET, socket.SOCK_RAW, 6)"],
        ["python3", "-c", "import socket; socket.socket().setsockopt(1, 36, 1)"],
        ["unshare", "--user", "--map-user=16254", "--net", "nft", "list", "tables"],
    ];

    [Fact]
    public async Task Pod_AsRootWithoutCapabilities_CanNeitherEndTheLeaseNorPass()
    {
        await using var cgroups = await HostCgroups.CreateAsync();
        await using var cluster = await Cluster.CreateAsync("nft", "setpriv", "python3");
        await cluster.StartImdsAsync();
        await cluster.StartHostProxyAsync();
        var watch = await cluster.WatchHostPodsInAsync(cgroups, cgroups.Pod(ProxyPod), []);
        var pod = cgroups.Pod(Attacker);

        foreach (var attempt in Attempts)
        {
            await watch.WhileInterceptedAsync(async () =>
            {
                var tried = await cluster.RunAsPodAsync(pod, attempt);
                tried.Output.ShouldNotContain(Direct, Case.Sensitive, string.Join(' ', attempt));
                (attempt[0] == "curl" || tried.ExitCode != 0).ShouldBeTrue($"{string.Join(' ', attempt)}: {tried.All}");
                (await ProxiedAsync(cluster, pod)).ShouldBe(HostPodsSteps.Mark, string.Join(' ', attempt));
            });
        }

        watch.Text.ShouldNotContain("another program removed or changed");
    }

    // Other spellings of the address reach the same socket call, and IPv6 sockets can be connected to IPv4 addresses.
    [Theory]
    [InlineData("http://[::ffff:169.254.169.254]/metadata/versions")]
    [InlineData("http://0xa9fea9fe/metadata/versions")]
    [InlineData("http://169.254.43518/metadata/versions")]
    public async Task Address_SpelledOtherwise_IsIntercepted(string url)
    {
        await using var cluster = await Cluster.CreateAsync("nft");
        await cluster.StartImdsAsync();
        await cluster.StartHostProxyAsync();
        var watch = await cluster.WatchHostPodsAsync("nft");
        await watch.WhileInterceptedAsync(async () =>
            (await cluster.Node.RunAsync("curl", "-sg", "--max-time", "10", "-H", Metadata, url)).Output.ShouldBe(HostPodsSteps.Mark));
    }

    // A process needs no capability to give its packets a route. The node and IMDS accept such packets here.
    [Theory]
    [InlineData(Cluster.NodeIp, null)]
    [InlineData("10.1.0.254", "HTTP/1.1 200 OK\n")]
    public async Task SourceRoute_OfAPod_DoesNotPass(string router, string? without)
    {
        await using var cluster = await Cluster.CreateAsync("nft");
        await cluster.StartImdsAsync();
        foreach (var space in new[] { cluster.Node, cluster.ImdsHost })
        {
            await space.MustAsync(["sysctl", "-qw", .. new[] { "all", "eth0", "lo" }.Select(i => $"net.ipv4.conf.{i}.accept_source_route=1")]);
        }

        (await RouteAsync()).ShouldBe(without ?? "silence\n", "without a lease");
        await cluster.StartHostProxyAsync();
        var watch = await cluster.WatchHostPodsAsync("nft");
        await watch.WhileInterceptedAsync(async () => (await RouteAsync()).ShouldBe("silence\n"));

        async Task<string> RouteAsync() => (await cluster.Node.ClientAsync("source-route", router, $"{Cluster.Imds}:80", ClusterSteps.Versions)).Output;
    }

    // SETUID is a capability that containers have by default.
    [Fact]
    public async Task Pod_ThatMayBecomeTheProxysUser_PassesAndIsNamed()
    {
        await using var cgroups = await HostCgroups.CreateAsync();
        await using var cluster = await Cluster.CreateAsync("nft", "setpriv");
        await cluster.StartImdsAsync();
        await cluster.StartHostProxyAsync();
        var audit = Path.Combine(cluster.Directory, "audit-redirect");
        var watch = await cluster.WatchHostPodsInAsync(cgroups, cgroups.Pod(ProxyPod), ["--audit-dir", audit, "--metrics", "127.0.0.1:16256"]);

        var stranger = cluster.StartClientIn(cgroups.Pod(Attacker), ["setpriv", "--reuid", "16254", "--clear-groups"], "keep", $"{Cluster.Imds}:80", ClusterSteps.Versions);
        await stranger.SaysAsync("connected");
        await stranger.TellAsync("");
        await stranger.SaysAsync("HTTP/1.1 200 OK");
        (await cluster.AskedAsync()).ShouldBe(1, "the stranger reached IMDS");
        await watch.SaysAsync($"Host pods may go past the proxy (uid): pod {Attacker}");
        await Eventually.HoldsAsync(() => Task.FromResult(Events(audit).Any(e => (string?)e["podUid"] == Attacker && (string?)e["reason"] == "uid")), Patience);
        (await cluster.Node.MustAsync("curl", "-s", "http://127.0.0.1:16256/metrics")).ShouldContain("imds_proxy_host_pods_past_total{reason=\"uid\"} 1");
        output.WriteLine(string.Join('\n', Events(audit).Select(e => e.ToJsonString())));
    }

    [Fact]
    public async Task Connection_OpenedBeforeTheLease_PassesAndIsNamed()
    {
        await using var cgroups = await HostCgroups.CreateAsync();
        await using var cluster = await Cluster.CreateAsync("nft");
        await cluster.StartImdsAsync();
        var kept = cluster.StartClientIn(cgroups.Pod(Attacker), [], "keep", $"{Cluster.Imds}:80", ClusterSteps.Versions);
        await kept.SaysAsync("connected");
        await cluster.StartHostProxyAsync();
        var watch = await cluster.WatchHostPodsInAsync(cgroups, cgroups.Pod(ProxyPod), []);
        await watch.SaysAsync($"Host pods may go past the proxy (older-connection): pod {Attacker}");
        await kept.TellAsync("");
        await kept.SaysAsync("HTTP/1.1 200 OK");
    }

    // Packets of AF_PACKET sockets do not pass netfilter.
    [Fact]
    public async Task Pod_WithNetRaw_Passes()
    {
        await using var cgroups = await HostCgroups.CreateAsync();
        await using var cluster = await Cluster.CreateAsync("nft", "setpriv", "python3");
        await cluster.StartImdsAsync();
        await cluster.StartHostProxyAsync();
        await cluster.WatchHostPodsInAsync(cgroups, cgroups.Pod(ProxyPod), []);
        var mac = (await cluster.ImdsHost.MustAsync("cat", "/sys/class/net/eth0/address")).Trim();
        var packet = await cluster.Node.RunAsync(HostCgroups.Inside(
            cgroups.Pod(Attacker), "setpriv", "--bounding-set=-all,+net_raw", "--inh-caps=-all", "--no-new-privs",
            "python3", Path.Combine(AppContext.BaseDirectory, "clients", "packet.py"), "eth0", Cluster.NodeIp, Cluster.Imds, mac));
        packet.Output.ShouldBe("answered\n", packet.All);
    }

    [Fact]
    public async Task Pod_WithNetAdmin_EndsTheLeaseUntilTheNextRenewal()
    {
        await using var cgroups = await HostCgroups.CreateAsync();
        await using var cluster = await Cluster.CreateAsync("nft");
        await cluster.StartImdsAsync();
        await cluster.StartHostProxyAsync();
        var watch = await cluster.WatchHostPodsInAsync(cgroups, cgroups.Pod(ProxyPod), []);
        await cluster.Node.MustAsync("nft", "delete", "table", "ip", "imds_proxy_host");
        await watch.SaysAsync("another program removed or changed the nft table ip imds_proxy_host; it is in place again");
        await watch.WhileInterceptedAsync(async () => (await ProxiedAsync(cluster, cgroups.Pod(Attacker))).ShouldBe(HostPodsSteps.Mark));

        // A rule ahead of the lease passes for as long as it is there, and is reported.
        await cluster.IptablesAsync("nft", "-t", "raw", "-I", "OUTPUT", "-d", Cluster.Imds, "-j", "NOTRACK");
        (await ProxiedAsync(cluster, cgroups.Pod(Attacker))).ShouldContain(Direct);
        await watch.SaysAsync("Host pods may go past the proxy (rule): unknown: nft raw OUTPUT: -d 169.254.169.254/32");
    }

    [Fact]
    public async Task Chain_AheadOfTheLease_IsReported()
    {
        await using var cluster = await Cluster.CreateAsync("nft");
        await cluster.StartHostProxyAsync();
        var watch = await cluster.WatchHostPodsAsync("nft");
        await cluster.Node.MustAsync("nft", "add table ip early; add chain ip early out { type nat hook output priority -150; }; add rule ip early out ip daddr 169.254.169.254 accept");
        await watch.SaysAsync("Host pods may go past the proxy (rule): unknown: nft ip early out (priority -150)");
        (await cluster.RedirectAsync("check", "nft", "--host-pods")).Output.ShouldContain("note: this rule may take the connections of host pods past the proxy: nft ip early out (priority -150)");
    }

    private static async Task<string> ProxiedAsync(Cluster cluster, string cgroup) =>
        (await cluster.RunAsPodAsync(cgroup, "curl", "-s", "--max-time", "10", "-H", Metadata, Url)).Output;

    private static IEnumerable<JsonNode> Events(string directory) =>
        Directory.EnumerateFiles(directory, "*.jsonl").SelectMany(File.ReadLines).Select(line => JsonNode.Parse(line)!).Where(e => (string?)e["event"] == "host-pods-past");
}

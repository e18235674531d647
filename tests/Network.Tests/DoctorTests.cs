using ImdsProxy.Network.Tests.Topology;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.Network.Tests;

/// <summary>The doctor on real rules, routes and listeners: one healthy node, and nodes with one fault each.</summary>
public sealed class DoctorTests
{
    private const string OnlyInPods = "path";

    [Theory]
    [InlineData("nft")]
    [InlineData("legacy")]
    public async Task Doctor_OnAHealthyNode_FindsNothing(string backend)
    {
        await using var cluster = await HealthyAsync(backend);

        var doctor = await DoctorRun.RunAsync(cluster, "--backend", backend);

        doctor.Checks("broken").ShouldBe("", doctor.Report.ToJsonString());
        doctor.Checks("warning").ShouldBe("", doctor.Report.ToJsonString());
        doctor.Checks("not-applicable").ShouldBe($"{OnlyInPods} host-network-pods versions api-server rbac");
        doctor.ExitCode.ShouldBe(0);
        doctor.ShouldFind("rules", "good", $"are sent to {Cluster.NodeIp}:16254");
        doctor.ShouldFind("nf-tables", "good", "NAT and sets with time-outs");
        (await cluster.RulesAsync(backend)).ShouldNotContain("trial", customMessage: "the doctor leaves nothing behind");
    }

    // check, state, words; the fault as a script on the node
    [Theory]
    [InlineData("rules", "broken", "The node has no rules of ImdsProxy", "for t in nat mangle raw security; do iptables-nft -t $t -F; iptables-nft -t $t -X; done")]
    [InlineData("rules", "broken", "missing: mangle IMDS-PROXY-FORWARD", "iptables-nft -t mangle -F IMDS-PROXY-FORWARD")]
    [InlineData("rules", "broken", "pods may reach IMDS without the proxy", "iptables-nft -t mangle -F IMDS-PROXY-FORWARD; iptables-nft -t security -F IMDS-PROXY-FORWARD")]
    [InlineData("backend", "warning", "the other backend holds rules", "iptables-legacy -t nat -N IMDS-PROXY-REDIRECT")]
    [InlineData("other-rules", "broken", "nft ip others early (priority -150)", "nft add table ip others; nft 'add chain ip others early { type nat hook prerouting priority -150; }'; nft add rule ip others early ip daddr 9.9.9.9 accept")]
    [InlineData("other-rules", "warning", "nft ip others early (priority -100)", "nft add table ip others; nft 'add chain ip others early { type nat hook prerouting priority -100; }'; nft add rule ip others early ip daddr 9.9.9.9 accept")]
    [InlineData("imds-restriction", "broken", "AKS's own IMDS restriction", "iptables-nft -I FORWARD -d 169.254.169.254/32 -p tcp --dport 80 -m comment --comment ensureIMDSRestriction -j DROP")]
    [InlineData("systemd-imds", "broken", "A route on this node forbids", "ip route replace prohibit 169.254.169.254")]
    [InlineData("source-routing", "warning", "azv1", "sysctl -qw net.ipv4.conf.all.accept_source_route=1 net.ipv4.conf.azv1.accept_source_route=1")]
    [InlineData("host-routing", "warning", "it is not known", "ip link add cilium_host type veth peer name cilium_net")]
    [InlineData("imds", "broken", "can't reach IMDS", "iptables-nft -A OUTPUT -d 169.254.169.254 -j REJECT")]
    public async Task Doctor_OnANodeWithAFault_NamesIt(string check, string state, string words, string fault)
    {
        await using var cluster = await HealthyAsync("nft", "nft");
        await cluster.Node.MustAsync("bash", "-ec", fault);

        var doctor = await DoctorRun.RunAsync(cluster, "--backend", check == "backend" ? "auto" : "nft");

        doctor.ShouldFind(check, state, words);
        doctor.ExitCode.ShouldBe(doctor.Checks("broken").Length > 0 ? 1 : 0);
    }

    [Fact]
    public async Task Doctor_WithoutAProxy_NamesIt()
    {
        await using var cluster = await Cluster.CreateAsync();
        await cluster.StartImdsAsync();
        await cluster.ApplyAsync("nft");

        var doctor = await DoctorRun.RunAsync(cluster);

        doctor.ShouldFind("listener", "broken", "Nothing listens on port 16254");
        doctor.ShouldFind("proxy", "broken", "nothing answers at 127.0.0.1:16255");
        doctor.ShouldFind("audit-directory", "broken", "can't be written");
        doctor.ShouldFind("rules", "good", "Every rule is in place");
    }

    [Fact]
    public async Task Doctor_WhileBreakGlassIsInForce_SaysSo()
    {
        await using var cluster = await Cluster.CreateAsync();
        var glass = Directory.CreateDirectory(Path.Combine(cluster.Directory, "override")).FullName;
        await File.WriteAllTextAsync(Path.Combine(glass, "interception"), "off");
        await File.WriteAllTextAsync(Path.Combine(glass, "until"), TimeProvider.System.GetUtcNow().AddHours(1).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture));
        await File.WriteAllTextAsync(Path.Combine(glass, "reason"), "the night shift");

        (await DoctorRun.RunAsync(cluster, "--override-dir", glass)).ShouldFind("rules", "warning", "Break glass has removed the rules");
    }

    [Fact]
    public async Task Doctor_WithAnOverriddenBlock_WarnsOnly()
    {
        await using var cluster = await HealthyAsync("nft");
        await cluster.Node.FeedAsync(Neighbours.AksRestriction("filter"), "iptables-nft-restore", "--noflush", "-w");

        (await DoctorRun.RunAsync(cluster, "--existing-block", "override")).ShouldFind("imds-restriction", "warning", "the redirect bypasses it");
    }

    // The proxy's container has no capabilities.
    [Fact]
    public async Task Doctor_WithoutCapabilities_SaysWhereTheRulesAreChecked()
    {
        await using var cluster = await Cluster.CreateAsync("setpriv");
        await cluster.StartImdsAsync();

        var doctor = await DoctorRun.RunAsync(
            cluster.Node, ["setpriv", "--bounding-set=-net_admin,-net_raw", "--inh-caps=-net_admin,-net_raw", .. ImdsProxyProgram.Command, "doctor", .. DoctorRun.OnNode(cluster)]);

        doctor.ShouldFind("rules", "not-applicable", "run doctor in the container redirect");
        doctor.ShouldFind("nf-tables", "not-applicable", "run doctor in the container redirect");
        doctor.ShouldFind("imds", "good", "IMDS answers this node");
    }

    [Fact]
    public async Task Doctor_InAnOrdinaryPod_SeesWhetherItsRequestsReachTheProxy()
    {
        await using var cluster = await HealthyAsync("nft");
        string[] inPod = [.. ImdsProxyProgram.Command, "doctor", "--network", "pod", "--timeout", "2m"];

        var guarded = await DoctorRun.RunAsync(cluster.Pod, inPod);
        guarded.ShouldFind("path", "good", "reach the proxy");
        guarded.ShouldFind("guest-proxy-agent", "good", "is not taken");
        guarded.ExitCode.ShouldBe(0, guarded.Report.ToJsonString());

        (await cluster.RedirectAsync("remove", "auto")).ExitCode.ShouldBe(0);
        var open = await DoctorRun.RunAsync(cluster.Pod, inPod);
        open.ShouldFind("path", "broken", "something else answers them");
        open.ExitCode.ShouldBe(1);
    }

    // The agent's own program could not be tried. This one rewrites connections in the same hook, as the agent's sources do.
    [Fact]
    public async Task GuestProxyAgent_OnTheNode_IsFoundByDoctorCheckAndWatch()
    {
        await using var cluster = await HealthyAsync("nft");
        await using var agent = await AgentCgroup.CreateAsync(cluster);
        var listener = cluster.Keep(cluster.Node.StartImdsProxy("fake-imds", "--listen", "127.0.0.1:3080"));
        await listener.SaysAsync("listening on");

        var doctor = await DoctorRun.RunAsync(cluster.Node, agent.Inside([.. ImdsProxyProgram.Command, "doctor", .. DoctorRun.OnNode(cluster)]));
        doctor.ShouldFind("guest-proxy-agent", "broken", "Pods are not guarded by the policy");
        doctor.ShouldFind("rules", "good", "Every rule is in place");
        doctor.ExitCode.ShouldBe(1);

        var check = await cluster.Node.RunAsync(agent.Inside([.. ImdsProxyProgram.Command, "redirect", "check", .. cluster.Flags("nft")]));
        check.ExitCode.ShouldBe(1, check.All);
        check.Output.ShouldContain("ends at 127.0.0.1:3080, where Azure's Guest Proxy Agent listens");
        check.Output.ShouldContain("not in place");

        // The watch says it by a log message and a metric, and stays ready.
        var watch = cluster.Keep(cluster.Node.Start(agent.Inside([.. ImdsProxyProgram.Command, "redirect", "watch", .. cluster.Flags("nft"), "--wait", "0ms", "--metrics", "127.0.0.1:16257"])));
        await watch.SaysAsync("Azure's Guest Proxy Agent takes this node's connections");
        await Eventually.HoldsAsync(async () => (await cluster.Node.RunAsync("curl", "-s", "http://127.0.0.1:16257/metrics")).Output.Contains("\nimds_proxy_redirect_guest_proxy_agent 1\n", StringComparison.Ordinal));
        await Eventually.HoldsAsync(async () => await cluster.Node.GetAsync("http://127.0.0.1:16257/readyz") == "200");
        await watch.TerminateAsync();
    }

    // A pod's connection is sent to the pod's own loopback, where nothing listens.
    [Fact]
    public async Task GuestProxyAgent_InAnOrdinaryPod_IsFound()
    {
        await using var cluster = await HealthyAsync("nft");
        await using var agent = await AgentCgroup.CreateAsync(cluster);

        var doctor = await DoctorRun.RunAsync(cluster.Pod, agent.Inside([.. ImdsProxyProgram.Command, "doctor", "--network", "pod", "--timeout", "2m"]));

        doctor.ShouldFind("guest-proxy-agent", "broken", "127.0.0.1:3080");
        doctor.ShouldFind("path", "broken", "get no answer");
    }

    private static async Task<Cluster> HealthyAsync(string backend, params string[] programs)
    {
        var cluster = await Cluster.CreateAsync(programs);
        try
        {
            await cluster.StartImdsAsync();
            await Proxy.StartAsync(cluster);
            await cluster.ApplyAsync(backend);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }
}

using ImdsProxy.Network.Tests.Topology;
using ImdsProxy.Redirect.Rules;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.Network.Tests;

/// <summary>Nodes that already have rules of other software.</summary>
public sealed class NodeTests
{
    [Theory]
    [InlineData("nft")]
    [InlineData("legacy")]
    public async Task Remove_OnANodeWithOtherRules_RestoresThePreviousRules(string backend)
    {
        await using var cluster = await Cluster.CreateAsync();
        await RestoreAsync(cluster, backend, Neighbours.KubeProxy + Neighbours.Calico + Neighbours.Masquerade);
        var before = await cluster.RulesAsync(backend);
        before.ShouldContain("KUBE-SERVICES");

        await cluster.ApplyAsync("auto");
        (await cluster.RulesAsync(backend)).ShouldContain("IMDS-PROXY-REDIRECT");
        var removed = await cluster.RedirectAsync("remove", "auto");
        removed.ExitCode.ShouldBe(0, removed.All);
        (await cluster.RulesAsync(backend)).ShouldBe(before);

        (await cluster.RedirectAsync("remove", "auto")).Output.ShouldBe("there were no rules to remove\n");
        (await cluster.RulesAsync(backend)).ShouldBe(before);
    }

    [Theory]
    [InlineData("nft")]
    [InlineData("legacy")]
    public async Task Redirect_BesideKubeProxyCalicoAndMasquerade_WorksAndKeepsThePodsAddress(string backend)
    {
        await using var cluster = await Cluster.CreateAsync();
        await RestoreAsync(cluster, backend, Neighbours.KubeProxy + Neighbours.Calico + Neighbours.Masquerade);
        await cluster.StartImdsAsync();
        (await cluster.Pod.GetImdsAsync()).ShouldBe("200");
        var proxy = await Proxy.StartAsync(cluster);
        await cluster.ApplyAsync("auto");

        (await cluster.Pods[0].GetImdsAsync()).ShouldBe("200");
        (await cluster.Pods[2].GetImdsAsync()).ShouldBe("403");
        string.Join(' ', proxy.Requests().Select(r => r["caller"]!["ip"])).ShouldBe($"{cluster.Pods[0].Address} {cluster.Pods[2].Address}");

        // Calico moves its jumps to the first place again. The check notes a jump that can matter, and our jumps are not moved.
        await RestoreAsync(cluster, backend, Neighbours.Calico.Replace("-A PREROUTING", "-I PREROUTING", StringComparison.Ordinal));
        var check = await cluster.RedirectAsync("check", "auto");
        check.ExitCode.ShouldBe(0, check.All);
        check.Output.ShouldContain("note: another product's jump runs before ours: raw PREROUTING: -m comment --comment \"cali:6gwbT8clXdHdC1b1\" -j cali-PREROUTING");
        check.Output.ShouldContain($"backend {backend}: ");
        (await cluster.Pods[0].GetImdsAsync()).ShouldBe("200");
    }

    [Theory]
    [InlineData("nft", "filter")]
    [InlineData("nft", "mangle")]
    [InlineData("legacy", "filter")]
    public async Task Apply_BesideAksImdsRestriction_FailsUnlessOverridden(string backend, string table)
    {
        await using var cluster = await Cluster.CreateAsync();
        await RestoreAsync(cluster, backend, Neighbours.AksRestriction(table));
        await cluster.StartImdsAsync();
        await Proxy.StartAsync(cluster);
        (await cluster.Pod.GetImdsAsync()).ShouldBe("000", "the restriction works");
        var before = await cluster.RulesAsync(backend);

        var refused = await cluster.RedirectAsync("apply", "auto", "--wait", "0ms");
        refused.ExitCode.ShouldBe(2, refused.All);
        refused.Error.ShouldContain("AKS's own IMDS restriction");
        refused.Error.ShouldContain("--existing-block override");
        (await cluster.RedirectAsync("watch", "auto", "--wait", "0ms")).ExitCode.ShouldBe(2);
        (await cluster.RulesAsync(backend)).ShouldBe(before, "a failed apply changes nothing");

        await cluster.ApplyAsync("auto", "--existing-block", "override");
        (await cluster.Pods[0].GetImdsAsync()).ShouldBe("200", "the redirect can make an exception, which the restriction can't");
        (await cluster.Pods[2].GetImdsAsync()).ShouldBe("403");
    }

    [Fact]
    public async Task Apply_WithEbpfHostRouting_FailsAndSaysWhatToUse()
    {
        await using var cluster = await Cluster.CreateAsync();
        var labels = Path.Combine(cluster.Directory, "labels");
        await File.WriteAllTextAsync(labels, "kubernetes.azure.com/ebpf-host-routing=\"true\"\n");
        var refused = await cluster.RedirectAsync("apply", "auto", "--node-labels-file", labels);
        refused.ExitCode.ShouldBe(2);
        refused.Error.ShouldContain("CiliumLocalRedirectPolicy");
    }

    [Fact]
    public async Task Apply_WithoutPermission_FailsAndSaysWhatIsNeeded()
    {
        await using var cluster = await Cluster.CreateAsync("setpriv");
        var refused = await cluster.Node.RunAsync(
            ["setpriv", "--bounding-set=-net_admin,-net_raw", "--inh-caps=-net_admin,-net_raw", .. ImdsProxyProgram.Command, "redirect", "apply", "--wait", "0ms", "--lock-file", Path.Combine(cluster.Directory, "lock")]);
        refused.ExitCode.ShouldBe(2, refused.All);
        refused.Error.ShouldContain("CAP_NET_ADMIN");
    }

    [Fact]
    public async Task Apply_WithoutIptables_FailsAndSaysWhatIsNeeded()
    {
        await using var cluster = await Cluster.CreateAsync();
        var refused = await cluster.Node.RunAsync(["env", $"PATH={cluster.Directory}", .. ImdsProxyProgram.Command, "redirect", "apply", "--wait", "0ms"]);
        refused.ExitCode.ShouldBe(2, refused.All);
        refused.Error.ShouldContain("iptables is missing");
    }

    [Fact]
    public async Task Apply_OnTheOtherBackend_RemovesOurRulesFromTheFirst()
    {
        await using var cluster = await Cluster.CreateAsync();
        await cluster.ApplyAsync("legacy");
        await cluster.ApplyAsync("nft");
        (await cluster.RulesAsync("legacy")).ShouldNotContain("IMDS-PROXY");
        (await cluster.RulesAsync("nft")).ShouldContain("IMDS-PROXY");
    }

    // iptables does not list such chains, and our nat table does not see packets that they have translated.
    [Theory]
    [InlineData("nft", -150, "not in place", "displaced: nat PREROUTING: a native nftables chain runs first and may redirect pods' packets: nft ip others early (priority -150)")]
    [InlineData("legacy", -150, "not in place", "displaced: nat PREROUTING: a native nftables chain runs first and may redirect pods' packets: nft ip others early (priority -150)")]
    [InlineData("nft", -100, "\nin place", "note: a native nftables chain has the same priority as our redirect: nft ip others early (priority -100)")]
    public async Task Check_BesideANativeNatChain_NamesIt(string backend, int priority, string verdict, string named)
    {
        await using var cluster = await Cluster.CreateAsync("nft");
        await cluster.StartImdsAsync();
        await cluster.StartStandInProxyAsync();
        await cluster.ApplyAsync(backend);
        (await cluster.RedirectAsync("check", backend)).Output.ShouldStartWith("in place", customMessage: "nothing to note");

        await cluster.Node.FeedAsync(
            $$"""
            table ip others {
                chain early {
                    type nat hook prerouting priority {{priority}};
                    ip daddr {{Cluster.WireServer}} tcp dport 53 dnat to 10.9.9.9
                }
                chain late {
                    type nat hook prerouting priority -99;
                    accept
                }
                chain empty {
                    type nat hook prerouting priority -160;
                }
            }

            """,
            "nft", "-f", "-");

        var check = await cluster.RedirectAsync("check", backend);
        check.Output.ShouldContain(named);
        check.Output.ShouldContain(verdict);
        check.Output.ShouldNotContain("others late");
        check.Output.ShouldNotContain("others empty");
        check.ExitCode.ShouldBe(verdict == "not in place" ? 1 : 0);
    }

    [Theory]
    [InlineData("nft")]
    [InlineData("legacy")]
    public async Task Apply_OverRulesOfThePreviousGeneration_RepairsThem(string backend)
    {
        await using var cluster = await Cluster.CreateAsync();
        await cluster.ApplyAsync(backend);
        var now = await cluster.RulesAsync(backend);
        var before = string.Join('\n', (await cluster.Node.MustAsync($"iptables-{backend}-save")).Split('\n').Where(l => !l.Contains("IMDS-PROXY-POSTROUTING", StringComparison.Ordinal)));
        await cluster.Node.FeedAsync(before.Replace($"imds-proxy g{RuleSet.CurrentGeneration}:", "imds-proxy g1:", StringComparison.Ordinal), $"iptables-{backend}-restore", "-w");
        (await cluster.RedirectAsync("check", backend)).Output.ShouldContain("missing: mangle POSTROUTING: ");

        await cluster.ApplyAsync(backend);
        (await cluster.RulesAsync(backend)).ShouldBe(now);
    }

    // The rules that an older version left, as it wrote them (FunctionalTests/Upgrade/record.sh).
    [Theory]
    [InlineData("nft")]
    [InlineData("legacy")]
    public async Task Apply_OverRulesOfAnOlderVersion_KeepsOrReplacesThemAndRemovesThem(string backend)
    {
        await using var cluster = await Cluster.CreateAsync();
        var older = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, $"older/rules-{backend}.txt"));
        await cluster.StartImdsAsync();
        await Proxy.StartAsync(cluster);
        await RestoreAsync(cluster, backend, older);
        (await cluster.Pods[0].GetImdsAsync()).ShouldBe("200", "the older rules redirect to the newer proxy");
        (await cluster.Pods[2].GetImdsAsync()).ShouldBe("403");

        var audit = Directory.CreateDirectory(Path.Combine(cluster.Directory, "audit")).FullName;
        await cluster.ApplyAsync("auto", "--audit-dir", audit);
        var events = string.Concat(Directory.EnumerateFiles(audit, "*.jsonl").Select(File.ReadAllText));
        events.ShouldContain("\"secondsOpen\":0,", customMessage: "the older rules guarded as well");
        (await cluster.RedirectAsync("check", "auto")).Output.ShouldContain($"backend {backend}: ");
        var upgraded = await cluster.RulesAsync(backend);
        (await cluster.Pods[2].GetImdsAsync()).ShouldBe("403");
        (await cluster.RedirectAsync("remove", "auto")).ExitCode.ShouldBe(0);
        (await cluster.RulesAsync(backend)).ShouldBeEmpty();

        await cluster.ApplyAsync(backend);
        (await cluster.RulesAsync(backend)).ShouldBe(upgraded, "as on a node that never had the older ones");
    }

    private static Task<string> RestoreAsync(Cluster cluster, string backend, string rules) =>
        cluster.Node.FeedAsync(rules, $"iptables-{backend}-restore", "--noflush", "-w");
}

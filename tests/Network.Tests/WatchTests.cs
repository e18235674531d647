using ImdsProxy.Network.Tests.Topology;
using ImdsProxy.Redirect.Rules;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.Network.Tests;

/// <summary>The watch over time: beside other products, under overrides, and when the proxy stops and starts.</summary>
public sealed class WatchTests
{
    private static readonly TimeSpan TwoSeconds = TimeSpan.FromSeconds(2);

    [Theory]
    [InlineData("nft")]
    [InlineData("legacy")]
    public async Task Apply_ManyAtOnce_LeavesEachRuleOnce(string backend)
    {
        await using var cluster = await Cluster.CreateAsync();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => cluster.ApplyAsync(backend)));
        var once = await cluster.RulesAsync(backend);
        once.Split('\n').Count(l => l.Contains("-j IMDS-PROXY-", StringComparison.Ordinal)).ShouldBe(6);

        await cluster.ApplyAsync(backend);
        (await cluster.RulesAsync(backend)).ShouldBe(once);
    }

    [Fact]
    public async Task Watch_Ended_KeepsTheRulesAndRemoveDeletesThem()
    {
        await using var cluster = await Cluster.CreateAsync();
        var watch = await cluster.WatchAsync("nft");
        (await watch.TerminateAsync()).ShouldBe(0, watch.Text);
        (await cluster.RedirectAsync("check", "nft")).ExitCode.ShouldBe(0, "the rules stay");

        var last = await cluster.WatchAsync("nft", "--remove-on-exit");
        (await last.TerminateAsync()).ShouldBe(0, last.Text);
        (await cluster.RulesAsync("nft")).ShouldBe("");
    }

    [Fact]
    public async Task Watch_OfAnOlderGeneration_ChangesNothing()
    {
        await using var cluster = await Cluster.CreateAsync();
        await cluster.ApplyAsync("nft");
        var newer = (await cluster.Node.MustAsync("iptables-nft-save")).Replace($"imds-proxy g{RuleSet.CurrentGeneration}:", "imds-proxy g99:", StringComparison.Ordinal);
        await cluster.Node.FeedAsync(newer, "iptables-nft-restore", "-w");
        await cluster.IptablesAsync("nft", "-t", "nat", "-F", "PREROUTING");
        var before = await cluster.RulesAsync("nft");

        var watch = cluster.Keep(cluster.Node.StartImdsProxy(["redirect", "watch", .. cluster.Flags("nft"), "--wait", "0ms", "--interval", "100ms"]));
        await watch.SaysAsync("The node has rules of generation 99");
        (await cluster.RulesAsync("nft")).ShouldBe(before);

        // Once the newer rules are removed, the watch writes its own.
        await cluster.RedirectAsync("remove", "nft");
        await watch.SaysAsync("is redirected to");
    }

    [Fact]
    public async Task Watch_OverrideWritten_RemovesTheRulesUntilItIsDeleted()
    {
        await using var cluster = await Cluster.CreateAsync();
        await cluster.StartImdsAsync();
        var overrides = Directory.CreateDirectory(Path.Combine(cluster.Directory, "override")).FullName;
        var audit = Path.Combine(cluster.Directory, "audit");
        var watch = await cluster.WatchAsync("nft", "--override-dir", overrides, "--audit-dir", audit, "--node-name", "node-1");

        await File.WriteAllTextAsync(Path.Combine(overrides, "interception"), "off\n");
        await watch.SaysAsync("The override is refused: interception=off needs the files until");
        (await cluster.RedirectAsync("check", "nft")).ExitCode.ShouldBe(0);

        await File.WriteAllTextAsync(Path.Combine(overrides, "until"), $"{TimeProvider.System.GetUtcNow().AddHours(1):yyyy-MM-ddTHH:mm:ssZ}\n");
        await File.WriteAllTextAsync(Path.Combine(overrides, "reason"), "ticket 4711\n");
        await Eventually.HoldsAsync(async () => await cluster.RulesAsync("nft") == "", TwoSeconds);
        (await cluster.Pod.GetImdsAsync()).ShouldBe("200");

        File.Delete(Path.Combine(overrides, "interception"));
        await Eventually.HoldsAsync(async () => (await cluster.RulesAsync("nft")).Contains("DNAT", StringComparison.Ordinal), TwoSeconds);
        await watch.TerminateAsync();

        var events = Directory.EnumerateFiles(audit, "*.jsonl").SelectMany(File.ReadLines).ToList();
        events.Count(e => e.Contains("\"event\":\"redirect-applied\"", StringComparison.Ordinal)).ShouldBe(2);
        events.Single(e => e.Contains("\"event\":\"redirect-removed\"", StringComparison.Ordinal)).ShouldContain("ticket 4711");
        events.ShouldAllBe(e => e.Contains("\"node\":\"node-1\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Watch_OpenWhenDown_LiftsTheRedirectUntilTheProxyIsBack()
    {
        await using var cluster = await Cluster.CreateAsync();
        await cluster.StartImdsAsync();
        var proxy = await Proxy.StartAsync(cluster);
        var watch = await cluster.WatchAsync("nft", "--when-down", "open", "--interval", "500ms");
        (await cluster.Pods[2].GetImdsAsync()).ShouldBe("403");

        await proxy.Program.KillAsync();
        (await cluster.Pods[2].GetImdsAsync()).ShouldBe("000", "not until three probes have failed");
        await watch.SaysAsync("The proxy is down and --when-down is open");
        (await cluster.Pods[2].GetImdsAsync()).ShouldBe("200");
        (await cluster.Pods[2].GetAsync($"http://{Cluster.Imds}:{ClusterSteps.OtherPort}/_requests")).ShouldBe("000", "only TCP 80 is opened");

        await Proxy.StartAsync(cluster);
        await watch.SaysAsync("is redirected to", times: 2);
        (await cluster.Pods[2].GetImdsAsync()).ShouldBe("403");
    }

    [Fact]
    public async Task Watch_RepeatedlyDisplaced_GivesUpWithAnAlarm()
    {
        await using var cluster = await Cluster.CreateAsync();
        await cluster.StartImdsAsync();
        var watch = await cluster.WatchAsync("nft", "--interval", "100ms", "--metrics", "127.0.0.1:16256");
        for (var move = 1; move <= 3; move++)
        {
            await cluster.IptablesAsync("nft", "-t", "mangle", "-I", "FORWARD", "-j", "ACCEPT");
            await watch.SaysAsync("Repaired: displaced", times: move);
        }

        await cluster.IptablesAsync("nft", "-t", "mangle", "-I", "FORWARD", "-j", "ACCEPT");
        await watch.SaysAsync("Another program keeps displacing our jump");
        watch.Text.Split(" Repaired: ").Length.ShouldBe(4, "three moves, no more");

        // The cooldown applies to displaced jumps only. Missing rules are still put back.
        await cluster.IptablesAsync("nft", "-t", "security", "-F", "FORWARD");
        await watch.SaysAsync(" Repaired: ", times: 4);
        (await cluster.Pod.GetImdsAsync()).ShouldBe("000");

        var metrics = await cluster.Node.MustAsync("curl", "-s", "http://127.0.0.1:16256/metrics");
        metrics.ShouldContain("imds_proxy_redirect_repairs_total 4");
        metrics.ShouldContain("imds_proxy_redirect_alarms_total 1");
        metrics.ShouldContain("imds_proxy_redirect_in_place 0");
    }

    // During a rollout, the sidecars of both pods use the same port on the node.
    [Fact]
    public async Task TwoWatches_OnOneMetricsPort_AreAnsweredByTheNewest()
    {
        const string Ready = "http://127.0.0.1:16257/readyz";
        await using var cluster = await Cluster.CreateAsync();
        var old = await cluster.WatchAsync("nft", "--metrics", "127.0.0.1:16257");
        await Eventually.HoldsAsync(async () => await cluster.Node.GetAsync(Ready) == "200");

        // It waits for a listener that never starts, so it has no rules in place yet.
        var next = cluster.Keep(cluster.Node.StartImdsProxy(["redirect", "watch", .. cluster.Flags("nft"), "--wait", "60s", "--metrics", "127.0.0.1:16257"]));
        await Eventually.HoldsAsync(async () => await cluster.Node.GetAsync(Ready) == "503");
        for (var scrape = 0; scrape < 20; scrape++)
        {
            (await cluster.Node.GetAsync(Ready)).ShouldBe("503");
        }

        (await cluster.RedirectAsync("check", "nft")).ExitCode.ShouldBe(0, "the old one keeps the rules");
        await next.KillAsync();
        (await cluster.Node.GetAsync(Ready)).ShouldBe("200");
        (await old.TerminateAsync()).ShouldBe(0, old.Text);
    }

    [Fact]
    public async Task Watch_IptablesFailsForAWhile_ContinuesAfterwards()
    {
        await using var cluster = await Cluster.CreateAsync();
        var bin = Directory.CreateDirectory(Path.Combine(cluster.Directory, "bin")).FullName;
        var broken = Path.Combine(cluster.Directory, "broken");
        foreach (var name in new[] { "iptables-nft", "iptables-nft-save" })
        {
            var program = Path.Combine(bin, name);
            await File.WriteAllTextAsync(program, $"#!/bin/sh\n[ -e {broken} ] && {{ echo ill >&2; exit 1; }}\nPATH={Environment.GetEnvironmentVariable("PATH")} exec {name} \"$@\"\n");
            await Programs.MustAsync(["chmod", "+x", program]);
        }

        var watch = cluster.Keep(cluster.Node.Start(
            ["env", $"PATH={bin}:{Environment.GetEnvironmentVariable("PATH")}", .. ImdsProxyProgram.Command, "redirect", "watch", "--backend", "nft", "--lock-file", Path.Combine(cluster.Directory, "lock"), "--wait", "0ms", "--interval", "200ms"]));
        await watch.SaysAsync("is redirected to");

        await File.WriteAllTextAsync(broken, "");
        await cluster.IptablesAsync("nft", "-t", "nat", "-F", "PREROUTING");
        await watch.SaysAsync("The rules could not be checked or repaired; the next check tries again: iptables-nft-save failed with exit code 1: ill");
        File.Delete(broken);
        await watch.SaysAsync("Repaired: missing: nat PREROUTING");
        watch.HasEnded.ShouldBeFalse();
    }
}

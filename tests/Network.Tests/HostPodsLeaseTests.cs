using ImdsProxy.Network.Tests.Topology;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.Network.Tests;

/// <summary>
/// The lease over time. Each test prints how long the node was without IMDS, and how long host pods were unseen. The contract's
/// bound is three seconds. The tests allow more, because the machine may be busy; a lease that never ends would exceed it.
/// </summary>
public sealed class HostPodsLeaseTests(ITestOutputHelper output)
{
    // For cases in which nothing may fail: longer than any pause of a busy machine.
    private static readonly TimeSpan Patient = TimeSpan.FromSeconds(20);

    // For cases in which the proxy hangs: a client's own time-out.
    private static readonly TimeSpan Impatient = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(15);

    [Theory]
    [InlineData("nft")]
    [InlineData("legacy")]
    public async Task Node_WhileTheProxyIsReady_AsksTheProxyWithEitherBackend(string backend)
    {
        await using var cgroups = await HostCgroups.CreateAsync();
        await using var cluster = await Cluster.CreateAsync("nft", "setpriv");
        await cluster.StartImdsAsync();
        await cluster.StartHostProxyAsync();
        var watch = await cluster.WatchHostPodsAsync(backend);

        await watch.WhileInterceptedAsync(async () =>
            (await cluster.Node.RunAsync("curl", "-s", "--max-time", "5", $"http://{Cluster.Imds}{ClusterSteps.Versions}")).Output.ShouldBe(HostPodsSteps.Mark));
        (await cluster.Pod.MustAsync("curl", "-s", "--max-time", "5", $"http://{Cluster.Imds}{ClusterSteps.Versions}")).ShouldBe(HostPodsSteps.Mark);
        (await cluster.Node.MustAsync("setpriv", "--reuid", "16254", "curl", "-s", "--max-time", "5", "-H", "Metadata: true", $"http://{Cluster.Imds}{ClusterSteps.Versions}"))
            .ShouldContain("apiVersions", Case.Sensitive, "the proxy's own requests do not come back to it");

        var check = new Finished(1, "", "");
        await watch.WhileInterceptedAsync(async () =>
        {
            check = await cluster.RedirectAsync("check", backend, "--host-pods", "--cgroup-root", cgroups.Root);
            check.Output.ShouldContain("host pods: intercepted");
        });
        check.ExitCode.ShouldBe(0, check.All);
        check.Output.ShouldBe($"host pods: intercepted: the node's own connections go to {Cluster.NodeIp}:16254\nin place: 169.254.169.254:80 goes to {Cluster.NodeIp}:16254 (backend {backend}: --backend {backend})\n");
        (await cluster.RedirectAsync("check", backend, "--host-pods", "--cgroup-root", cluster.Directory)).Output.ShouldContain("note: host pods stay unseen: ");
    }

    [Fact]
    public async Task Watch_EndedGracefully_CostsTheNodeNoRequest()
    {
        await using var cluster = await Cluster.CreateAsync("nft");
        await cluster.StartImdsAsync();
        await cluster.StartHostProxyAsync();
        var outage = await cluster.StartOutageAsync(Patient);
        for (var restart = 0; restart < 3; restart++)
        {
            var watch = await cluster.WatchHostPodsAsync("nft");
            await outage.SeesAsync(proxied: true);
            (await watch.TerminateAsync()).ShouldBe(0, watch.Text);
            await outage.SeesAsync(proxied: false);
            (await cluster.LeaseAsync()).ShouldNotContain("elements");
        }

        await AssertNothingFailedAsync(outage);
    }

    [Fact]
    public async Task Proxy_EndedGracefully_CostsTheNodeNoRequest()
    {
        await using var cluster = await Cluster.CreateAsync("nft");
        await cluster.StartImdsAsync();
        var proxy = await cluster.StartHostProxyAsync();
        var watch = await cluster.WatchHostPodsAsync("nft");
        var outage = await cluster.StartOutageAsync(Patient);
        await outage.SeesAsync(proxied: true);

        await proxy.TellAsync("drain");
        (await proxy.EndAsync()).ShouldBe(0, proxy.Text);
        await outage.SeesAsync(proxied: false);
        await cluster.StartHostProxyAsync();
        await outage.SeesAsync(proxied: true);
        await AssertNothingFailedAsync(outage);
        watch.Text.ShouldContain("the proxy answers 503: draining");
    }

    public static TheoryData<string, string> Deaths => new()
    {
        { "proxy", "STOP" },
        { "proxy", "KILL" },
        { "watch", "STOP" },
        { "watch", "KILL" },
        { "both", "STOP" },
        { "both", "KILL" },
    };

    [Theory]
    [MemberData(nameof(Deaths))]
    public async Task Process_StoppedOrKilled_LeavesTheNodeWithoutImdsForTheLeaseAtMost(string what, string signal)
    {
        await using var cluster = await Cluster.CreateAsync("nft");
        await cluster.StartImdsAsync();
        var proxy = await cluster.StartHostProxyAsync();
        var watch = await cluster.WatchHostPodsAsync("nft");
        var outage = await cluster.StartOutageAsync(Impatient);
        await outage.SeesAsync(proxied: true);
        await outage.SeenAsync(reset: true);

        foreach (var program in new[] { (Name: "proxy", Program: proxy), (Name: "watch", Program: watch) }.Where(p => what == p.Name || what == "both"))
        {
            await program.Program.SignalAsync(signal);
        }

        // The lease is gone for good, so the node has IMDS again.
        await Eventually.HoldsAsync(async () => !(await cluster.LeaseAsync()).Contains("elements", StringComparison.Ordinal), Slack);
        await outage.SeesAsync(proxied: false);
        (await outage.SeenAsync()).Silent.ShouldBeLessThan(Slack);

        if (signal == "STOP")
        {
            await proxy.SignalAsync("CONT");
            await watch.SignalAsync("CONT");
        }
        else
        {
            await ReplaceAsync(cluster, proxy, watch);
        }

        await outage.SeesAsync(proxied: true);
        var seen = await outage.SeenAsync();
        output.WriteLine($"{what} {signal}: {seen.Silent.TotalMilliseconds} ms without IMDS, host pods unseen for {seen.Unmarked.TotalMilliseconds} ms ({seen.Text})");
    }

    // Events wait in a bounded queue, so the lease does not depend on the disk.
    [Fact]
    public async Task Disk_Full_NeitherKeepsNorEndsTheLease()
    {
        await using var disk = await FullDisk.CreateAsync();
        await using var cluster = await Cluster.CreateAsync("nft");
        await cluster.StartImdsAsync();
        var proxy = await cluster.StartHostProxyAsync();
        var watch = await cluster.WatchHostPodsAsync("nft", "--audit-dir", disk.Directory);
        disk.Fill();
        var outage = await cluster.StartOutageAsync(Patient);
        await outage.SeesAsync(proxied: true);
        await proxy.TellAsync("not ready: the disk is full");
        await watch.SaysAsync("the proxy answers 503: not ready: the disk is full");
        await outage.SeesAsync(proxied: false);
        await proxy.TellAsync("ready");
        await watch.SaysAsync("The connections of host pods and of the node itself go to", times: 2);
        await outage.SeesAsync(proxied: true);
        await AssertNothingFailedAsync(outage);
    }

    private static async Task ReplaceAsync(Cluster cluster, RunningProgram proxy, RunningProgram watch)
    {
        if (proxy.HasEnded)
        {
            await cluster.StartHostProxyAsync();
        }

        if (watch.HasEnded)
        {
            await cluster.WatchHostPodsAsync("nft");
        }
    }

    private async Task AssertNothingFailedAsync(RunningProgram outage)
    {
        var seen = await outage.SeenAsync();
        output.WriteLine($"host pods unseen for {seen.Unmarked.TotalMilliseconds} ms ({seen.Text})");
        seen.Failed.ShouldBe(0, seen.Text);
    }
}

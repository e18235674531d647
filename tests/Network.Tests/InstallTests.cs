using ImdsProxy.Network.Tests.Topology;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.Network.Tests;

/// <summary>The first minutes of a node: the redirect starts before the proxy, and the policy arrives last.</summary>
public sealed class InstallTests
{
    // How long the proxy listens without a policy while pods send requests.
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(2);

    [Theory]
    [InlineData("closed")]
    [InlineData("open")]
    public async Task Install_InAuditModeWithALatePolicy_DeniesNobody(string whenDown)
    {
        await using var cluster = await Cluster.CreateAsync();
        var node = await Node.StartAsync(cluster, "--wait", "30s", "--when-down", whenDown);
        using var stop = new CancellationTokenSource();
        var asking = AskAsync(cluster.Pod, stop.Token);
        await Task.Delay(Late, TimeProvider.System);
        (await cluster.RulesAsync("nft")).ShouldBe("", "the proxy cannot decide yet");

        await node.PutPolicyAsync("audit");
        await node.Watch.SaysAsync("is redirected to");
        await Eventually.HoldsAsync(() => node.Proxy.Requests().Count > 3);
        await stop.CancelAsync();

        var statuses = await asking;
        statuses.Count(static status => status == "200").ShouldBeGreaterThan(10);
        // If a request is in flight when the rules are applied, its connection is deleted from conntrack.
        statuses.Count(static status => status != "200").ShouldBeLessThanOrEqualTo(1, string.Join(' ', statuses));
        statuses.ShouldNotContain("503", StringComparer.Ordinal);
        node.Proxy.Requests().ShouldAllBe(static record => (string?)record["verdict"] == "allowed" || (string?)record["verdict"] == "would-deny");
        node.Watch.Text.ShouldNotContain("The proxy is not ready");
    }

    [Fact]
    public async Task Install_WithoutAPolicy_IsClosedAfterTheWait()
    {
        await using var cluster = await Cluster.CreateAsync();
        var node = await Node.StartAsync(cluster, "--wait", "3s");
        (await cluster.Pod.GetImdsAsync()).ShouldBe("200", "the wait is not over");

        await node.Watch.SaysAsync("The proxy is not ready after 3 s: the rules are applied anyway");
        await node.Watch.SaysAsync("is redirected to");

        (await cluster.Pod.GetImdsAsync()).ShouldBe("503");
    }

    [Fact]
    public async Task Install_WithWhenDownOpenAndWithoutAPolicy_StaysOpen()
    {
        await using var cluster = await Cluster.CreateAsync();
        var node = await Node.StartAsync(cluster, "--wait", "1s", "--when-down", "open");

        await node.Watch.SaysAsync("the rules are applied once it is ready");

        (await cluster.Pod.GetImdsAsync()).ShouldBe("200");
        (await cluster.RulesAsync("nft")).ShouldBe("");
        node.Watch.Text.ShouldNotContain("is redirected to");
    }

    // The proxy may be compromised while the rules are in place. Then its ready file must have no effect.
    [Fact]
    public async Task AppliedRules_StayWhateverTheReadyFileSays()
    {
        await using var cluster = await Cluster.CreateAsync();
        var node = await Node.StartAsync(cluster, "--wait", "30s", "--interval", "200ms");
        await node.PutPolicyAsync("enforce");
        await node.Watch.SaysAsync("is redirected to");
        var rules = await cluster.RulesAsync("nft");

        await node.Proxy.Program.KillAsync();
        File.Delete(node.ReadyFile);
        File.CreateSymbolicLink(node.ReadyFile, "/dev/zero");
        await Task.Delay(Late, TimeProvider.System);

        (await cluster.RulesAsync("nft")).ShouldBe(rules);
        (await cluster.Pod.GetImdsAsync()).ShouldBe("000");
    }

    private static async Task<List<string>> AskAsync(NetworkSpace pod, CancellationToken stop)
    {
        var statuses = new List<string>();
        while (!stop.IsCancellationRequested)
        {
            statuses.Add(await pod.GetImdsAsync());
        }

        return statuses;
    }

    /// <summary>A redirect that waits for its proxy, and a proxy that waits for its policy.</summary>
    private sealed record Node(Cluster Cluster, KubernetesApi Api, RunningProgram Watch, Proxy Proxy, string ReadyFile)
    {
        public static async Task<Node> StartAsync(Cluster cluster, params string[] watchFlags)
        {
            await cluster.StartImdsAsync();
            var api = await KubernetesApi.StartAsync(cluster);
            await api.ShowAsync("apps", "web", cluster.Pod.Address);
            var ready = Path.Combine(Directory.CreateDirectory(Path.Combine(cluster.Directory, "ready")).FullName, "ready");
            var watch = cluster.Keep(cluster.Node.StartImdsProxy(["redirect", "watch", .. cluster.Flags("nft"), "--ready-file", ready, .. watchFlags]));
            var audit = Path.Combine(cluster.Directory, "audit");
            var program = cluster.Keep(cluster.Node.StartImdsProxy(
                ["serve", "--policy-configmap", "imds/policy", "--callers", "kubernetes", "--node-name", "node-1", "--audit-dir", audit, "--ready-file", ready, .. api.Flags]));
            await program.SaysAsync("Started: ");
            return new Node(cluster, api, watch, new Proxy(program, audit), ready);
        }

        public async Task PutPolicyAsync(string mode)
        {
            var file = Path.Combine(Cluster.Directory, "policy.json");
            await File.WriteAllTextAsync(file, ProxyFiles.Policy.Replace("\"enforce\"", $"\"{mode}\"", StringComparison.Ordinal));
            await Api.PutPolicyAsync("imds", "policy", file);
        }
    }
}

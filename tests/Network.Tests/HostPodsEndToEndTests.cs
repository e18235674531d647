using System.Text.Json.Nodes;
using ImdsProxy.Network.Tests.Topology;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.Network.Tests;

/// <summary>The proxy and the redirect together: host pods are intercepted, told apart and enforced, and the node is never cut off.</summary>
public sealed class HostPodsEndToEndTests(ITestOutputHelper output)
{
    private const string ProxyPod = "33333333-0000-4000-8000-000000000001";
    private const string Permitted = "33333333-0000-4000-8000-000000000002";
    private const string Denied = "33333333-0000-4000-8000-000000000003";
    private const string Url = $"http://{Cluster.Imds}{ClusterSteps.Versions}";

    private const string Callers = $$$"""
        {"pods":[
          {"hostNetwork":true,"namespace":"apps","name":"agent-0","uid":"{{{Permitted}}}","serviceAccount":"agent","labels":{}},
          {"hostNetwork":true,"namespace":"elsewhere","name":"stranger-0","uid":"{{{Denied}}}","serviceAccount":"default","labels":{}}
        ]}
        """;

    private static readonly string Policy = ProxyFiles.Policy.Replace("\"mode\": \"enforce\",", "\"mode\": \"enforce\", \"hostNetwork\": { \"mode\": \"enforce\" },", StringComparison.Ordinal);

    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(15);

    [Theory]
    [InlineData("nft")]
    [InlineData("legacy")]
    public async Task HostPods_OfANode_AreEnforcedAndTheNodeIsNot(string backend)
    {
        await using var cgroups = await HostCgroups.CreateAsync();
        await using var cluster = await CreateAsync();
        await StartProxyAsync(cluster, cgroups);
        await cluster.WatchHostPodsInAsync(cgroups, cgroups.Pod(ProxyPod), [], backend);

        (await GetAsync(cluster, cgroups.Pod(Permitted))).ShouldBe("200");
        (await GetAsync(cluster, cgroups.Pod(Denied))).ShouldBe("403");
        (await GetAsync(cluster, cgroups.Cgroup("system.slice/kubelet.service"))).ShouldBe("200");
        await Eventually.HoldsAsync(() => Task.FromResult(Records(cluster).Count() == 3), Slack);
        Records(cluster).Select(r => $"{r["verdict"]} {r["reason"]} {r["caller"]!["pod"] ?? r["caller"]!["unit"]}")
            .ShouldBe(["allowed rule agent-0", "denied no-rule stranger-0", "allowed caller-is-node kubelet.service"], ignoreOrder: true);
    }

    [Fact]
    public async Task Proxy_Terminated_CostsTheNodeNoRequest()
    {
        await using var cgroups = await HostCgroups.CreateAsync();
        await using var cluster = await CreateAsync();
        var proxy = await StartProxyAsync(cluster, cgroups);
        var watch = await cluster.WatchHostPodsInAsync(cgroups, cgroups.Pod(ProxyPod), []);
        var outage = await cluster.StartOutageAsync(TimeSpan.FromSeconds(20));
        await RecordsMoreAsync(cluster);

        (await proxy.TerminateAsync()).ShouldBe(0, proxy.Text);
        watch.Text.ShouldContain("the proxy answers 503: draining");
        await Eventually.HoldsAsync(async () => !(await cluster.LeaseAsync()).Contains("elements", StringComparison.Ordinal), Slack);
        await StartProxyAsync(cluster, cgroups);
        await watch.SaysAsync("The connections of host pods and of the node itself go to", times: 2);
        await RecordsMoreAsync(cluster);

        var seen = await outage.SeenAsync();
        output.WriteLine(seen.Text);
        seen.Failed.ShouldBe(0, seen.Text);
    }

    [Theory]
    [InlineData("STOP")]
    [InlineData("KILL")]
    public async Task Proxy_StoppedOrKilled_LeavesTheNodeWithoutImdsForTheLeaseAtMost(string signal)
    {
        await using var cgroups = await HostCgroups.CreateAsync();
        await using var cluster = await CreateAsync();
        var proxy = await StartProxyAsync(cluster, cgroups);
        var watch = await cluster.WatchHostPodsInAsync(cgroups, cgroups.Pod(ProxyPod), []);
        var outage = await cluster.StartOutageAsync(TimeSpan.FromSeconds(1));
        await RecordsMoreAsync(cluster);
        await outage.SeenAsync(reset: true);

        await proxy.SignalAsync(signal);
        await watch.SaysAsync("Host pods are not intercepted; the node reaches IMDS directly: the proxy");
        var before = (await outage.SeenAsync()).Answered;
        await Eventually.HoldsAsync(async () => (await outage.SeenAsync()).Answered > before, Slack);
        var seen = await outage.SeenAsync();
        output.WriteLine($"{signal}: {seen.Silent.TotalMilliseconds} ms without IMDS ({seen.Text})");
        seen.Silent.ShouldBeLessThan(Slack, seen.Text);
    }

    private static async Task<Cluster> CreateAsync()
    {
        var cluster = await Cluster.CreateAsync("nft", "setpriv");
        await cluster.StartImdsAsync();
        return cluster;
    }

    // The proxy runs as its own user, which the lease exempts.
    private static async Task<RunningProgram> StartProxyAsync(Cluster cluster, HostCgroups cgroups)
    {
        await Programs.MustAsync(["chmod", "755", cluster.Directory]);
        var (policy, callers) = (Path.Combine(cluster.Directory, "policy.json"), Path.Combine(cluster.Directory, "callers.json"));
        await File.WriteAllTextAsync(policy, Policy);
        await File.WriteAllTextAsync(callers, Callers);
        await Programs.MustAsync(["install", "-d", "-o", "16254", Audit(cluster)]);
        var proxy = cluster.Keep(cluster.Node.Start(HostCgroups.Inside(
            cgroups.Pod(ProxyPod),
            [
                "setpriv", "--reuid", "16254", "--regid", "16254", "--clear-groups", .. ImdsProxyProgram.Command, "serve", "--policy", policy, "--callers", $"file:{callers}",
                "--audit-dir", Audit(cluster), "--node-name", "node-1", "--require-original-destination", "--host-pods", "--cgroup-root", cgroups.Root,
            ])));
        await proxy.SaysAsync("Started: ");
        return proxy;
    }

    private static async Task<string> GetAsync(Cluster cluster, string cgroup) => (await cluster.RunAsPodAsync(
        cgroup, "curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "10", "-H", "Metadata: true", Url)).Output;

    // The load runs outside of all pods, so its records are the node's.
    private static async Task RecordsMoreAsync(Cluster cluster)
    {
        var before = Records(cluster).Sum(Count);
        await Eventually.HoldsAsync(() => Task.FromResult(Records(cluster).Sum(Count) > before), Slack);
    }

    private static int Count(JsonNode record) => (int?)record["summary"]?["count"] ?? 1;

    private static IEnumerable<JsonNode> Records(Cluster cluster) => Directory.EnumerateFiles(Audit(cluster), "*.jsonl")
        .SelectMany(File.ReadLines).Where(line => line.EndsWith('}')).Select(line => JsonNode.Parse(line)!).Where(l => (string?)l["kind"] == "request");

    private static string Audit(Cluster cluster) => Path.Combine(cluster.Directory, "audit-proxy");
}

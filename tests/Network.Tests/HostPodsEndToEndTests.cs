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
    private const string NextProxyPod = "33333333-0000-4000-8000-000000000004";
    private const string Permitted = "33333333-0000-4000-8000-000000000002";
    private const string Denied = "33333333-0000-4000-8000-000000000003";
    private const string Url = $"http://{Cluster.Imds}{ClusterSteps.Versions}";

    private const string Callers = $$$"""
        {"pods":[
          {"hostNetwork":true,"namespace":"imds-proxy","name":"imds-proxy-0","uid":"{{{ProxyPod}}}","serviceAccount":"imds-proxy","labels":{}},
          {"hostNetwork":true,"namespace":"imds-proxy","name":"imds-proxy-1","uid":"{{{NextProxyPod}}}","serviceAccount":"imds-proxy","labels":{}},
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
        var watch = await cluster.WatchHostPodsInAsync(cgroups, cgroups.Pod(ProxyPod), [], backend);

        await AsksAsync(cgroups.Pod(Permitted), "200", "allowed rule agent-0");
        await AsksAsync(cgroups.Pod(Denied), "403", "denied no-rule stranger-0");
        await AsksAsync(cgroups.Cgroup("system.slice/kubelet.service"), "200", "allowed caller-is-node kubelet.service");

        Task AsksAsync(string cgroup, string status, string said) => watch.WhileInterceptedAsync(async () =>
        {
            (await GetAsync(cluster, cgroup)).ShouldBe(status);
            await SaidAsync(cluster, said);
        });
    }

    // The kernel would give another port to the client that comes after a direct connection from the same port, and the proxy would not find it.
    [Fact]
    public async Task DirectConnection_ToTheProxysPort_TakesNoPortFromOthers()
    {
        await using var cgroups = await HostCgroups.CreateAsync();
        await using var cluster = await CreateAsync();
        await StartProxyAsync(cluster, cgroups);
        var watch = await cluster.WatchHostPodsInAsync(cgroups, cgroups.Pod(ProxyPod), []);
        var direct = await cluster.RunAsPodAsync(cgroups.Pod(Denied), "curl", "-s", "--max-time", "1", "--local-port", "45678", $"http://{Cluster.NodeIp}:16254{ClusterSteps.Versions}");
        direct.ExitCode.ShouldNotBe(0, direct.All);

        await watch.WhileInterceptedAsync(async () =>
        {
            (await GetAsync(cluster, cgroups.Pod(Permitted), "--local-port", "45678")).ShouldBe("200");
            await SaidAsync(cluster, "allowed rule agent-0");
        });
    }

    [Fact]
    public async Task Proxy_Terminated_CostsTheNodeNoRequest()
    {
        await using var cgroups = await HostCgroups.CreateAsync();
        await using var cluster = await CreateAsync();
        var (proxy, watch, outage) = await UnderLoadAsync(cluster, cgroups, TimeSpan.FromSeconds(20));

        (await proxy.TerminateAsync()).ShouldBe(0, proxy.Text);
        watch.Text.ShouldContain("the proxy answers 503: draining");
        await Eventually.HoldsAsync(async () => !(await cluster.LeaseAsync()).Contains("elements", StringComparison.Ordinal), Slack);
        await StartProxyAsync(cluster, cgroups);
        await watch.SaysAsync("The connections of host pods and of the node itself go to", times: 2);
        await RecordsMoreAsync(cluster);
        await AssertNothingFailedAsync(outage);
    }

    // The deletion of the pod ends both containers at once, so nothing probes the proxy any more.
    [Fact]
    public async Task Pod_Deleted_CostsTheNodeNoRequest()
    {
        await using var cgroups = await HostCgroups.CreateAsync();
        await using var cluster = await CreateAsync();
        var (proxy, watch, outage) = await UnderLoadAsync(cluster, cgroups, TimeSpan.FromSeconds(20));

        var ending = new[] { watch.TerminateAsync(), proxy.TerminateAsync() };
        (await Task.WhenAll(ending)).ShouldBe([0, 0], $"{watch.Text}{proxy.Text}");
        var before = (await outage.SeenAsync()).Answered;
        await Eventually.HoldsAsync(async () => (await outage.SeenAsync()).Answered > before, Slack);
        await AssertNothingFailedAsync(outage);
    }

    // Both proxies listen on the same port, so each probe reaches one of them.
    [Fact]
    public async Task Pod_Replaced_CostsTheNodeNoRequest()
    {
        await using var cgroups = await HostCgroups.CreateAsync();
        await using var cluster = await CreateAsync();
        var (proxy, watch, outage) = await UnderLoadAsync(cluster, cgroups, TimeSpan.FromSeconds(20));

        await StartProxyAsync(cluster, cgroups, NextProxyPod);
        await cluster.WatchHostPodsInAsync(cgroups, cgroups.Pod(NextProxyPod), []);
        for (var round = 0; round < 10; round++)
        {
            foreach (var pod in new[] { ProxyPod, NextProxyPod })
            {
                (await ProbeAsync(cluster, cgroups.Pod(pod))).ShouldBe("ready\n");
            }
        }

        (await ProbeAsync(cluster, cgroups.Pod(Denied))).ShouldBe("");
        (await Task.WhenAll(proxy.TerminateAsync(), watch.TerminateAsync())).ShouldBe([0, 0], $"{watch.Text}{proxy.Text}");
        await RecordsMoreAsync(cluster);
        await AssertNothingFailedAsync(outage);
    }

    [Theory]
    [InlineData("STOP")]
    [InlineData("KILL")]
    public async Task Proxy_StoppedOrKilled_LeavesTheNodeWithoutImdsForTheLeaseAtMost(string signal)
    {
        await using var cgroups = await HostCgroups.CreateAsync();
        await using var cluster = await CreateAsync();
        var (proxy, watch, outage) = await UnderLoadAsync(cluster, cgroups, TimeSpan.FromSeconds(1));
        await outage.SeenAsync(reset: true);

        await proxy.SignalAsync(signal);
        await watch.SaysAsync("Host pods are not intercepted; the node reaches IMDS directly: the proxy");
        var before = (await outage.SeenAsync()).Answered;
        await Eventually.HoldsAsync(async () => (await outage.SeenAsync()).Answered > before, Slack);
        var seen = await outage.SeenAsync();
        output.WriteLine($"{signal}: {seen.Silent.TotalMilliseconds} ms without IMDS ({seen.Text})");
        seen.Silent.ShouldBeLessThan(Slack, seen.Text);
    }

    private async Task AssertNothingFailedAsync(RunningProgram outage)
    {
        var seen = await outage.SeenAsync();
        output.WriteLine(seen.Text);
        seen.Failed.ShouldBe(0, seen.Text);
    }

    private static async Task<Cluster> CreateAsync()
    {
        var cluster = await Cluster.CreateAsync("nft", "setpriv");
        await cluster.StartImdsAsync();
        return cluster;
    }

    // The proxy and the watch, and a load from the kubelet that the proxy answers.
    private static async Task<(RunningProgram Proxy, RunningProgram Watch, RunningProgram Outage)> UnderLoadAsync(Cluster cluster, HostCgroups cgroups, TimeSpan patience)
    {
        var proxy = await StartProxyAsync(cluster, cgroups);
        var watch = await cluster.WatchHostPodsInAsync(cgroups, cgroups.Pod(ProxyPod), []);
        var outage = await cluster.StartOutageInAsync(cgroups.Cgroup("system.slice/kubelet.service"), patience);
        await RecordsMoreAsync(cluster);
        return (proxy, watch, outage);
    }

    // The proxy runs as its own user, which the lease exempts.
    private static async Task<RunningProgram> StartProxyAsync(Cluster cluster, HostCgroups cgroups, string pod = ProxyPod)
    {
        await Programs.MustAsync(["chmod", "755", cluster.Directory]);
        var (policy, callers) = (Path.Combine(cluster.Directory, "policy.json"), Path.Combine(cluster.Directory, "callers.json"));
        await File.WriteAllTextAsync(policy, Policy);
        await File.WriteAllTextAsync(callers, Callers);
        await Programs.MustAsync(["install", "-d", "-o", "16254", Audit(cluster)]);
        var proxy = cluster.Keep(cluster.Node.Start(HostCgroups.Inside(
            cgroups.Pod(pod),
            [
                "setpriv", "--reuid", "16254", "--regid", "16254", "--clear-groups", .. ImdsProxyProgram.Command, "serve", "--policy", policy, "--callers", $"file:{callers}",
                "--audit-dir", Audit(cluster), "--node-name", "node-1", "--require-original-destination", "--host-pods", "--cgroup-root", cgroups.Root,
            ])));
        await proxy.SaysAsync("Started: ");
        return proxy;
    }

    private static async Task<string> GetAsync(Cluster cluster, string cgroup, params string[] more) => (await cluster.RunAsPodAsync(
        cgroup, ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "10", "-H", "Metadata: true", .. more, Url])).Output;

    private static async Task<string> ProbeAsync(Cluster cluster, string cgroup) => (await cluster.RunAsPodAsync(
        cgroup, "curl", "-s", "--max-time", "10", "--interface", "127.0.0.1", $"http://{Cluster.NodeIp}:16254/.imds-proxy/host-pods")).Output;

    // Records are written after the answer. A request that bypassed a lapsed lease has none.
    private static async Task SaidAsync(Cluster cluster, string expected)
    {
        try
        {
            await Eventually.HoldsAsync(() => Said(cluster).Contains(expected, StringComparer.Ordinal), Slack);
        }
        catch (TimeoutException)
        {
            Said(cluster).ShouldContain(said => said == expected);
        }
    }

    private static List<string> Said(Cluster cluster) =>
        [.. Records(cluster).Select(record => $"{record["verdict"]} {record["reason"]} {record["caller"]!["pod"] ?? record["caller"]!["unit"]}")];

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

using System.Text.Json.Nodes;
using ImdsProxy.Images.Tests.Node;
using ImdsProxy.Network.Tests.Topology;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.Images.Tests;

/// <summary>Both images as the containers of the rendered chart, on a node in network namespaces.</summary>
public sealed class JourneyTests
{
    private const string Token = $"http://{Cluster.Imds}/metadata/identity/oauth2/token?api-version=2018-02-01&resource={ProxyFiles.Resource}&client_id={ClusterSteps.ImdsIdentity}";

    [Fact]
    public async Task Pod_OfTheChart_GuardsTheNode()
    {
        await using var cluster = await ClusterAsync();
        var spec = await PodSpec.RenderAsync();
        await using var pod = await StartAsync(cluster, spec);

        await PermittedAsync(cluster.Pods[0]);
        (await AskAsync(cluster.Pods[2])).ShouldBe("403");

        var records = Requests(pod);
        records.Select(static record => $"{record["verdict"]} {record["caller"]!["pod"]} {record["caller"]!["interface"]}").Distinct(StringComparer.Ordinal)
            .ShouldBe(["allowed web azv1", "denied stranger azv3"], ignoreOrder: true);
        (await pod.ExecAsync("proxy", "/app/imds-proxy", "audit", "verify", "/var/log/imds-proxy")).ExitCode.ShouldBe(0);
        (await pod.LogsAsync("proxy")).ShouldContain("\"verdict\":\"denied\"", customMessage: "the chart writes records to stdout, too");
        (await RulesAsync(cluster)).ShouldContain("IMDS-PROXY-REDIRECT");
        var check = await pod.ExecAsync("redirect", "/app/imds-proxy", "redirect", "check", $"--node-ip={Cluster.NodeIp}", "--lock-file=/run/imds-proxy-lock/redirect.lock");
        check.ExitCode.ShouldBe(0, check.All);
    }

    [Fact]
    public async Task Proxy_InItsContainer_HasNoShellAndNoRights()
    {
        await using var cluster = await ClusterAsync();
        var spec = await PodSpec.RenderAsync();
        await using var pod = await StartAsync(cluster, spec);

        (await pod.ExecAsync("proxy", "sh", "-c", "true")).ExitCode.ShouldBe(127);
        (await StatusAsync(pod, "proxy", "CapEff", "CapBnd", "NoNewPrivs", "Seccomp", "Uid"))
            .ShouldBe(["0000000000000000", "0000000000000000", "1", "2", "16254"]);
        // NET_ADMIN and NET_RAW.
        (await StatusAsync(pod, "redirect", "CapEff", "CapBnd", "NoNewPrivs", "Seccomp", "Uid"))
            .ShouldBe(["0000000000003000", "0000000000003000", "1", "2", "0"]);
        (await pod.ExecAsync("redirect", "touch", "/app/new")).ExitCode.ShouldNotBe(0, "the root file system is read-only");
    }

    [Fact]
    public async Task Proxy_Killed_LeavesImdsClosedUntilItIsBack()
    {
        await using var cluster = await ClusterAsync();
        var spec = await PodSpec.RenderAsync();
        await using var pod = await StartAsync(cluster, spec);
        await PermittedAsync(cluster.Pods[0]);
        var asked = await cluster.AskedAsync();

        await pod.KillAsync("proxy");
        (await cluster.Pods[0].GetAsync(Token)).ShouldBe("000");
        (await cluster.AskedAsync()).ShouldBe(asked, "nothing passes while proxy is away");
        (await pod.ProbeAsync("livenessProbe")).ExitCode.ShouldNotBe(0);

        await pod.RestartAsync("proxy");
        await pod.ReadyAsync();
        await PermittedAsync(cluster.Pods[0]);
        (await AskAsync(cluster.Pods[2])).ShouldBe("403");
    }

    [Fact]
    public async Task Redirect_KilledWithItsRulesFlushed_PutsThemBack()
    {
        await using var cluster = await ClusterAsync();
        var spec = await PodSpec.RenderAsync();
        await using var pod = await StartAsync(cluster, spec);

        await pod.KillAsync("redirect");
        (await RulesAsync(cluster)).ShouldContain("IMDS-PROXY-REDIRECT", customMessage: "its end leaves them");
        await cluster.IptablesAsync("nft", "-t", "nat", "-F");
        await pod.RestartAsync("redirect");

        await Eventually.HoldsAsync(async () => (await RulesAsync(cluster)).Contains("-j IMDS-PROXY-REDIRECT", StringComparison.Ordinal), TimeSpan.FromSeconds(60));
        (await AskAsync(cluster.Pods[2])).ShouldBe("403");
    }

    [Fact]
    public async Task Upgrade_ToANewImageUnderLoad_FailsNoRequest()
    {
        await using var cluster = await ClusterAsync();
        var api = await ApiAsync(cluster);
        var spec = await PodSpec.RenderAsync();
        await PolicyAsync(cluster, api, spec);
        await using var before = await NodePod.StartAsync(cluster, api, spec);
        await PermittedAsync(cluster.Pods[0]);
        var permitted = await LoadAsync(cluster, cluster.Pods[0], ClusterSteps.Versions);
        var denied = await LoadAsync(cluster, cluster.Pods[2], "/metadata/instance?api-version=2021-02-01");

        var next = await PodSpec.RenderAsync("--set", "image.proxy.tag=next");
        await using var after = await NodePod.StartAsync(cluster, api, next, "second");
        (await before.TerminateAsync()).ShouldBe((0, 0), await before.LogsAsync("proxy"));

        await EndAsync(permitted, "200");
        await EndAsync(denied, "403");
        (await Engine.InspectAsync(after.Name("proxy"), "container"))["ImageName"]!.ToString().ShouldEndWith("proxy:next");
        var verified = await after.ExecAsync("proxy", "/app/imds-proxy", "audit", "verify", "/var/log/imds-proxy");
        verified.ExitCode.ShouldBe(0, verified.All);
        (await after.TerminateAsync()).ShouldBe((0, 0), await after.LogsAsync("proxy"));
        (await RulesAsync(cluster)).ShouldContain("IMDS-PROXY-REDIRECT", customMessage: "the pod's end leaves them");
    }

    [Fact]
    public async Task Memory_UnderAFloodOfConnections_StaysBelowTheChartsLimit()
    {
        await using var cluster = await ClusterAsync();
        var spec = await PodSpec.RenderAsync();
        await using var pod = await StartAsync(cluster, spec);
        (await pod.MemoryAsync("proxy")).ShouldBe((256L << 20, false));
        (await pod.MemoryAsync("redirect")).ShouldBe((192L << 20, false));

        var flood = await LoadAsync(cluster, cluster.Pods[0], ClusterSteps.Versions, 400);
        for (var round = 0; round < 20; round++)
        {
            (await AskAsync(cluster.Pods[2])).ShouldBe("403");
        }

        await flood.KillAsync();
        (await pod.MemoryAsync("proxy")).WasKilled.ShouldBeFalse();
        (await pod.ProbeAsync("livenessProbe")).ExitCode.ShouldBe(0);
    }

    private static async Task<Cluster> ClusterAsync()
    {
        await Engine.RequireAsync();
        var cluster = await Cluster.CreateAsync();
        await cluster.StartImdsAsync();
        return cluster;
    }

    private static async Task<NodePod> StartAsync(Cluster cluster, PodSpec spec)
    {
        var api = await ApiAsync(cluster);
        await PolicyAsync(cluster, api, spec);
        return await NodePod.StartAsync(cluster, api, spec);
    }

    private static async Task<KubernetesApi> ApiAsync(Cluster cluster)
    {
        var api = await KubernetesApi.StartAsync(cluster);
        await api.ShowAsync("apps", "web", cluster.Pods[0].Address);
        await api.ShowAsync("elsewhere", "stranger", cluster.Pods[2].Address);
        return api;
    }

    private static async Task PolicyAsync(Cluster cluster, KubernetesApi api, PodSpec spec)
    {
        var (ns, name, text) = spec.Policy();
        var file = Path.Combine(cluster.Directory, "policy.json");
        await File.WriteAllTextAsync(file, text);
        await api.PutPolicyAsync(ns, name, file);
    }

    // The rules are put in place after proxy is ready. Until then, a request reaches IMDS directly.
    private static async Task PermittedAsync(NetworkSpace pod)
    {
        await Eventually.HoldsAsync(async () => await pod.GetAsync($"http://{Cluster.Imds}/metadata/instance?api-version=2021-02-01") == "403", TimeSpan.FromSeconds(60));
        (await AskAsync(pod)).ShouldBe("200");
    }

    private static Task<string> AskAsync(NetworkSpace pod) => pod.GetAsync(Token, "--max-time", "30");

    private static IReadOnlyList<JsonNode> Requests(NodePod pod) =>
        [.. Directory.EnumerateFiles(pod.AuditDirectory, "*.jsonl").SelectMany(File.ReadLines).Select(static line => JsonNode.Parse(line)!)
            .Where(static line => (string?)line["kind"] == "request" && ((string?)line["request"]?["path"])?.Contains("oauth2", StringComparison.Ordinal) == true)];

    private static Task<string> RulesAsync(Cluster cluster) => cluster.RulesAsync("nft");

    private static async Task<string[]> StatusAsync(NodePod pod, string container, params string[] fields)
    {
        var id = (int)(await Engine.InspectAsync(pod.Name(container), "container"))["State"]!["Pid"]!;
        var lines = (await File.ReadAllLinesAsync($"/proc/{id}/status")).Select(static line => line.Split([':', '\t'], StringSplitOptions.RemoveEmptyEntries)).ToList();
        return [.. fields.Select(field => lines.Single(line => line[0] == field)[1])];
    }

    // Each connection sends at most 50 requests a second, and the chart permits 100 to a pod.
    private static async Task<RunningProgram> LoadAsync(Cluster cluster, NetworkSpace pod, string path, int connections = 2)
    {
        var load = cluster.Keep(pod.StartClient("load", $"{Cluster.Imds}:80", path, $"{connections}"));
        await load.SaysAsync("running");
        return load;
    }

    /// <summary>Ends a load whose answers must all have the same status.</summary>
    private static async Task EndAsync(RunningProgram load, string status)
    {
        await load.TellAsync("");
        await load.SaysAsync("done");
        load.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[1..^1].ShouldHaveSingleItem(load.Text).ShouldEndWith($" {status}");
    }
}

using ImdsProxy.Network.Tests.Topology;
using Shouldly;
using Xunit;

namespace ImdsProxy.Network.Tests;

/// <summary>The end of a release: the command that the chart's hook runs, beside a real redirect.</summary>
public sealed class UninstallTests
{
    private const string Map = "imds-proxy-override";

    // Long enough for the watch to check its files four times.
    private static readonly TimeSpan FourChecks = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task Uninstall_EndsOnceTheNodeIsOpenAndStaysOpenWithoutTheConfigMap()
    {
        await using var cluster = await Cluster.CreateAsync();
        await cluster.StartImdsAsync();
        await Proxy.StartAsync(cluster);
        var overrides = Directory.CreateDirectory(Path.Combine(cluster.Directory, "override")).FullName;
        var watch = await cluster.WatchAsync("nft", "--override-dir", overrides, "--interval", "200ms");
        var api = await KubernetesApi.StartAsync(cluster);
        await api.ShowDaemonAsync("imds", "imds-proxy-x2x2x", Cluster.NodeIp, "imds-proxy");
        (await cluster.Pods[2].GetImdsAsync()).ShouldBe("403");

        var uninstall = cluster.Keep(cluster.Node.StartImdsProxy([.. Uninstall(api), "--timeout", "60s"]));
        await uninstall.SaysAsync("now switches interception off");
        uninstall.HasEnded.ShouldBeFalse("kubelet has not mounted it yet");
        await api.MountAsync(Map, overrides);

        (await uninstall.EndAsync()).ShouldBe(0, uninstall.Text);
        uninstall.Text.ShouldContain("1 of 1 nodes no longer have our rules");
        (await cluster.RulesAsync("nft")).ShouldBe("");

        // Garbage collection may delete the ConfigMap before the pod.
        foreach (var file in Directory.EnumerateFiles(overrides))
        {
            File.Delete(file);
        }

        await Task.Delay(FourChecks, TimeProvider.System);
        (await watch.TerminateAsync()).ShouldBe(0, watch.Text);
        (await cluster.RulesAsync("nft")).ShouldBe("");
        (await cluster.Pods[2].GetImdsAsync()).ShouldBe("200");
    }

    // Without the annotation, kubelet mounts the override up to a minute later. EndAsync waits for 30 s.
    [Fact]
    public async Task Uninstall_WithARefreshingKubelet_EndsWithinHalfAMinute()
    {
        await using var cluster = await Cluster.CreateAsync();
        await cluster.StartImdsAsync();
        await Proxy.StartAsync(cluster);
        var overrides = Directory.CreateDirectory(Path.Combine(cluster.Directory, "override")).FullName;
        await cluster.WatchAsync("nft", "--override-dir", overrides);
        var api = await KubernetesApi.StartAsync(cluster);
        await api.ShowDaemonAsync("imds", "imds-proxy-x2x2x", Cluster.NodeIp, "imds-proxy");
        await api.MountOnPatchAsync(Map, overrides);

        var uninstall = cluster.Keep(cluster.Node.StartImdsProxy([.. Uninstall(api), "--timeout", "4m"]));

        (await uninstall.EndAsync()).ShouldBe(0, uninstall.Text);
        (await cluster.RulesAsync("nft")).ShouldBe("");
        (await cluster.Pods[2].GetImdsAsync()).ShouldBe("200");
    }

    [Fact]
    public async Task Uninstall_WithAnUnresponsiveNode_FailsAndNamesIt()
    {
        await using var cluster = await Cluster.CreateAsync();
        await cluster.StartImdsAsync();
        await Proxy.StartAsync(cluster);
        await cluster.WatchAsync("nft");
        var api = await KubernetesApi.StartAsync(cluster);
        await api.ShowDaemonAsync("imds", "imds-proxy-x2x2x", Cluster.NodeIp, "imds-proxy");

        var ended = await cluster.Node.ImdsProxyAsync([.. Uninstall(api), "--timeout", "1s"]);

        ended.ExitCode.ShouldBe(1, ended.All);
        ended.All.ShouldContain($"rules may still be on 1 node(s): node-1 ({Cluster.NodeIp})");
        (await cluster.Pods[2].GetImdsAsync()).ShouldBe("403");
    }

    private static string[] Uninstall(KubernetesApi api) =>
        ["uninstall", "--namespace", "imds", "--daemonset", "imds-proxy", "--override-configmap", Map, .. api.Flags];
}

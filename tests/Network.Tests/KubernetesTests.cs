using ImdsProxy.Network.Tests.Topology;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.Network.Tests;

/// <summary>Callers from the API while the node's network and the API temporarily disagree.</summary>
public sealed class KubernetesTests
{
    private const string Token = $"http://{Cluster.Imds}/metadata/identity/oauth2/token?api-version=2018-02-01&resource={ProxyFiles.Resource}&client_id={ClusterSteps.ImdsIdentity}";

    // Kubelet publishes a pod's address a second or two after the pod can use it.
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task Pod_RequestingTwoSecondsBeforeItsAddressIsPublished_GetsItsToken()
    {
        await using var cluster = await Cluster.CreateAsync();
        var (api, proxy) = await StartAsync(cluster);

        var asking = cluster.Pods[0].RunAsync("curl", "-s", "--max-time", "10", "-H", "Metadata: true", Token);
        await Task.Delay(Late, TimeProvider.System);
        asking.IsCompleted.ShouldBeFalse();
        await api.ShowAsync("apps", "web", cluster.Pods[0].Address);

        (await asking).Output.ShouldContain("\"access_token\"");
        var record = proxy.Requests().ShouldHaveSingleItem();
        record["caller"]!["pod"]!.ToString().ShouldBe("web");
        record["caller"]!["interface"]!.ToString().ShouldBe("azv1");
        record["ms"]!.GetValue<double>().ShouldBeInRange(1000, 3000);
    }

    [Fact]
    public async Task Address_ReusedBeforeTheApiReportsIt_NeverCountsAsTheOldPod()
    {
        await using var cluster = await Cluster.CreateAsync();
        var (api, proxy) = await StartAsync(cluster, "--identify-wait", "200ms");
        var (first, second) = (cluster.Pods[0], cluster.Pods[1]);
        await api.ShowAsync("apps", "first", first.Address);
        await Eventually.HoldsAsync(async () => await first.GetAsync(Token) == "200");

        await MoveAddressAsync(cluster);
        for (var i = 0; i < 5; i++)
        {
            (await second.GetAsync(Token)).ShouldBe("503");
        }

        var records = proxy.Requests().Where(record => record["caller"]!["interface"]!.ToString() == "azv2").ToList();
        records.Count.ShouldBe(5);
        records.ShouldAllBe(record => record["reason"]!.ToString() == "caller-unknown" && record["caller"]!["pod"] == null);

        await api.ForgetAsync("apps", "first");
        await api.ShowAsync("elsewhere", "second", first.Address);
        await Eventually.HoldsAsync(async () => await second.GetAsync(Token) == "403");
        proxy.Requests()[^1]["caller"]!["pod"]!.ToString().ShouldBe("second");
        proxy.Requests().ShouldAllBe(record => record["caller"]!["interface"]!.ToString() == "azv1" || record["verdict"]!.ToString() == "denied");
    }

    private static async Task<(KubernetesApi Api, Proxy Proxy)> StartAsync(Cluster cluster, params string[] more)
    {
        await cluster.StartImdsAsync();
        var api = await KubernetesApi.StartAsync(cluster);
        var proxy = await Proxy.StartAsync(cluster, api, more);
        await cluster.ApplyAsync("nft");
        return (api, proxy);
    }

    // As a CNI plugin gives a freed address to the next pod: the same address on another veth pair.
    private static async Task MoveAddressAsync(Cluster cluster)
    {
        var (first, second) = (cluster.Pods[0], cluster.Pods[1]);
        await first.MustAsync("ip", "link", "set", "eth0", "down");
        await cluster.Node.MustAsync("ip", "route", "replace", $"{first.Address}/32", "dev", "azv2");
        await second.MustAsync("ip", "addr", "add", $"{first.Address}/32", "dev", "eth0");
        await second.MustAsync("ip", "addr", "del", $"{second.Address}/32", "dev", "eth0");
    }
}

using System.Text.RegularExpressions;
using ImdsProxy.Images.Tests.Node;
using ImdsProxy.Network.Tests.Topology;
using Shouldly;
using Xunit;

namespace ImdsProxy.Images.Tests;

/// <summary>An older version and this one share a node: rules, log, state and policy.</summary>
public sealed partial class UpgradeTests
{
    [Theory]
    [InlineData("older", "newer")]
    [InlineData("newer", "older")]
    public async Task Versions_OneAfterTheOther_ShareANode(string first, string second)
    {
        var (before, after) = (ProxyVersion.Of(first), ProxyVersion.Of(second));
        await using var cluster = await Cluster.CreateAsync();
        await cluster.StartImdsAsync();
        var api = await StartApiAsync(cluster);

        var old = await before.ServeAsync(cluster, api);
        await before.ApplyAsync(cluster);
        await AskAsync(cluster);
        var rules = await cluster.RulesAsync("nft");

        // As in a rollout: the new one is ready before the old one ends.
        var now = await after.ServeAsync(cluster, api);
        (await old.TerminateAsync()).ShouldBe(0, old.Text);
        await AskAsync(cluster);
        await after.ApplyAsync(cluster);
        await AskAsync(cluster);
        Shared(await cluster.RulesAsync("nft")).ShouldBe(Shared(rules), "both versions write the same rules");

        (await after.ReadAsync(cluster)).ShouldBe(6);
        (await before.ReadAsync(cluster)).ShouldBe(6);
        (await now.TerminateAsync()).ShouldBe(0, now.Text);
        (await after.ReadAsync(cluster)).ShouldBe(6);
        (await before.ReadAsync(cluster)).ShouldBe(6);
        Directory.EnumerateFiles(Path.Combine(ProxyVersion.Log(cluster), "policies")).ShouldHaveSingleItem("both give the policy the same revision");
    }

    [Theory]
    [InlineData("older", "newer")]
    [InlineData("newer", "older")]
    public async Task State_OfTheOtherVersion_ServesWithoutTheApi(string first, string second)
    {
        var (before, after) = (ProxyVersion.Of(first), ProxyVersion.Of(second));
        await using var cluster = await Cluster.CreateAsync();
        await cluster.StartImdsAsync();
        var api = await StartApiAsync(cluster);
        var old = await before.ServeAsync(cluster, api);
        (await old.TerminateAsync()).ShouldBe(0, old.Text);

        await after.ApplyAsync(cluster);
        var callers = await WriteAsync(cluster, "callers.json", ProxyFiles.Callers);
        await after.ServeAsync(cluster, "--callers", $"file:{callers}", "--kube-api", "http://127.0.0.1:9", "--kube-token-file", await WriteAsync(cluster, "token", "none"));

        await AskAsync(cluster);
    }

    private static async Task AskAsync(Cluster cluster)
    {
        (await GetAsync(cluster.Pods[0])).ShouldBe("200");
        (await GetAsync(cluster.Pods[2])).ShouldBe("403");
    }

    private static Task<string> GetAsync(NetworkSpace pod) => pod.GetAsync($"http://{Cluster.Imds}{ClusterSteps.Versions}", "--max-time", "30");

    private static async Task<KubernetesApi> StartApiAsync(Cluster cluster)
    {
        var api = await KubernetesApi.StartAsync(cluster);
        await api.ShowAsync("apps", "web", cluster.Pods[0].Address);
        await api.ShowAsync("elsewhere", "stranger", cluster.Pods[2].Address);
        await api.PutPolicyAsync("imds-proxy", "policy", await WriteAsync(cluster, "policy.json", ProxyFiles.Policy));
        return api;
    }

    private static async Task<string> WriteAsync(Cluster cluster, string name, string text)
    {
        var path = Path.Combine(cluster.Directory, name);
        await File.WriteAllTextAsync(path, text);
        return path;
    }

    // The comments state the generation, so that an older watch leaves newer rules alone. Generation 3 added the rule for answers.
    private static string Shared(string rules) => NotShared().Replace(rules, "");

    [GeneratedRegex("-A .*the proxy answers for IMDS.*\n|(?<=imds-proxy) g[0-9]+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NotShared();
}

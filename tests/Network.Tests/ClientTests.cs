using ImdsProxy.Network.Tests.Topology;
using Shouldly;
using Xunit;

namespace ImdsProxy.Network.Tests;

/// <summary>Unmodified clients in pods, without any proxy setting, get what the policy permits and otherwise the denial.</summary>
public sealed class ClientTests
{
    private const string Token = $"http://{Cluster.Imds}/metadata/identity/oauth2/token?api-version=2018-02-01&resource={ProxyFiles.Resource}&client_id={ClusterSteps.ImdsIdentity}";

    [Theory]
    [InlineData("nft")]
    [InlineData("legacy")]
    public async Task Curl_BehindTheRedirect_GetsATokenOrADenial(string backend)
    {
        await using var cluster = await Cluster.CreateAsync();
        var proxy = await StartAsync(cluster, backend);

        (await CurlAsync(cluster.Pods[0])).ShouldContain("\"access_token\"");
        (await CurlAsync(cluster.Pods[1])).ShouldContain("\"access_token\"");
        (await CurlAsync(cluster.Pods[2])).ShouldContain("ImdsProxy denied");

        Told(proxy).ShouldBe(["allowed apps/web-7d9f 10.244.0.11", "allowed apps/jobs-x2k4 10.244.0.12", "denied elsewhere/stranger-0 10.244.0.13"]);
    }

    [Fact]
    public async Task AzureIdentityForDotNet_BehindTheRedirect_GetsATokenOrADenial()
    {
        await using var cluster = await Cluster.CreateAsync();
        var proxy = await StartAsync(cluster, "nft");

        var permitted = await cluster.Pods[0].ClientAsync("azure-identity", ClusterSteps.ImdsIdentity, ProxyFiles.Resource);
        permitted.Output.ShouldStartWith("token until ", customMessage: permitted.All);
        var denied = await cluster.Pods[2].ClientAsync("azure-identity", ClusterSteps.ImdsIdentity, ProxyFiles.Resource);
        denied.Output.ShouldContain("ImdsProxy denied", customMessage: denied.All);

        Told(proxy).Count(t => t == "allowed apps/web-7d9f 10.244.0.11").ShouldBeGreaterThan(0);
        Told(proxy).Where(t => t.Contains("10.244.0.13", StringComparison.Ordinal)).ShouldAllBe(t => t == "denied elsewhere/stranger-0 10.244.0.13");
    }

    // Only at 169.254.169.254 itself does the SDK recognize IMDS's 400 to its probe and ask again.
    [Fact]
    public async Task DefaultAzureCredential_BehindTheRedirect_GetsATokenOrTriesTheNextCredential()
    {
        await using var cluster = await Cluster.CreateAsync();
        var proxy = await StartAsync(cluster, "nft");

        var permitted = await cluster.Pods[0].ClientAsync("azure-default", ClusterSteps.ImdsIdentity, ProxyFiles.Resource);
        permitted.Output.ShouldStartWith("token until ", customMessage: permitted.All);
        var denied = await cluster.Pods[1].ClientAsync("azure-default", ClusterSteps.ImdsIdentity, "https://management.azure.com");
        denied.ExitCode.ShouldBe(1, denied.All);
        denied.Output.ShouldContain("AzureCliCredential", customMessage: denied.All);

        var told = Told(proxy).ToHashSet(StringComparer.Ordinal);
        told.ShouldBe(
            ["rejected apps/web-7d9f 10.244.0.11", "allowed apps/web-7d9f 10.244.0.11", "rejected apps/jobs-x2k4 10.244.0.12", "denied apps/jobs-x2k4 10.244.0.12"],
            ignoreOrder: true);
    }

    [Fact]
    public async Task AzureIdentityForNode_BehindTheRedirect_GetsATokenOrADenial()
    {
        await using var cluster = await Cluster.CreateAsync("node", "npm");
        var script = await NodePackages.TokenScriptAsync();
        var proxy = await StartAsync(cluster, "nft");

        var permitted = await cluster.Pods[1].RunAsync("node", script, ClusterSteps.ImdsIdentity, ProxyFiles.Resource);
        permitted.Output.ShouldStartWith("token until ", customMessage: permitted.All);
        var denied = await cluster.Pods[2].RunAsync("node", script, ClusterSteps.ImdsIdentity, ProxyFiles.Resource);
        denied.ExitCode.ShouldBe(1, denied.All);

        Told(proxy).Count(t => t == "allowed apps/jobs-x2k4 10.244.0.12").ShouldBeGreaterThan(0);
        Told(proxy).Where(t => t.Contains("10.244.0.13", StringComparison.Ordinal)).ShouldNotBeEmpty();
        Told(proxy).Where(t => t.Contains("10.244.0.13", StringComparison.Ordinal)).ShouldAllBe(t => t == "denied elsewhere/stranger-0 10.244.0.13");
    }

    private static async Task<Proxy> StartAsync(Cluster cluster, string backend)
    {
        await cluster.StartImdsAsync();
        var proxy = await Proxy.StartAsync(cluster);
        await cluster.ApplyAsync(backend);
        return proxy;
    }

    private static Task<string> CurlAsync(NetworkSpace pod) => pod.MustAsync("curl", "-s", "--max-time", "5", "-H", "Metadata: true", Token);

    private static List<string> Told(Proxy proxy) =>
        [.. proxy.Requests().Select(r => $"{r["verdict"]} {r["caller"]!["namespace"]}/{r["caller"]!["pod"]} {r["caller"]!["ip"]}")];
}

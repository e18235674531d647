using System.Net;
using System.Text.Json.Nodes;
using ImdsProxy.Commands.Policy;
using ImdsProxy.Explain;
using ImdsProxy.Management;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.Serve;

/// <summary>A running proxy's explanations of its pods' requests.</summary>
public sealed class ExplainTests
{
    private const string Location = "GET " + Targets.Location;

    [Theory]
    [InlineData("logging/fluent-bit-0", Location, 0, "permitted by rule ")]
    [InlineData("shop/web-0", Location, 1, "denied: no rule allows it")]
    [InlineData("shop/twin-0", Location, 1, "denied: more than one pod has the address 127.0.0.20")]
    [InlineData("shop/web-0", "GET /metadata//x", 1, "rejected: malformed")]
    [InlineData("shop/nobody", Location, 2, "imds-proxy: policy explain: the proxy at 127.0.0.1:")]
    [InlineData("shop/web-0", "nonsense", 2, "imds-proxy: policy explain: the proxy at 127.0.0.1:")]
    public async Task Explain_ByARunningProxy_ShowsItsDecision(string pod, string request, int exit, string says)
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Cluster("enforce"));

        var (ended, text) = await ExplainAsync(scene, await File.ReadAllTextAsync(scene.TokenPath), pod, request);

        text.ShouldStartWith(says);
        ended.ShouldBe(exit);
        scene.Imds.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Explain_Header_IsForwardedToTheProxy()
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Cluster("enforce"));

        var (_, text) = await ExplainAsync(scene, await File.ReadAllTextAsync(scene.TokenPath), "logging/fluent-bit-0", Location, "Metadata:");

        text.ShouldStartWith("rejected: without 'Metadata: true'");
    }

    [Fact]
    public async Task ExplainAndCallers_WithoutTheToken_AreRefused()
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Cluster("enforce"));

        var (exit, text) = await ExplainAsync(scene, null, "logging/fluent-bit-0", Location);

        exit.ShouldBe(2);
        text.ShouldContain("401");
        var stranger = new ManagementClient((IPEndPoint)scene.Proxy.Management, token: null);
        (await Should.ThrowAsync<HttpRequestException>(() => stranger.GetAsync("/callers", Task.FromResult, CancellationToken.None))).Message.ShouldContain("401");
    }

    [Fact]
    public async Task CallersPage_ListsEachPodsPermissions()
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Cluster("enforce"));

        var answer = JsonNode.Parse((await scene.ManagementAsync("/callers")).Text)!;

        answer["policyRevision"]!.ToString().ShouldBe(scene.Audit.Events("policy-loaded")[0]["revision"]!.ToString());
        var pods = answer["pods"]!.AsArray().ToLookup(pod => pod!["name"]!.ToString(), pod => pod!, StringComparer.Ordinal);
        pods["web-0"].Single()["serviceAccount"]!.ToString().ShouldBe("web");
        pods["web-0"].Single()["owner"]!.ToString().ShouldBe("DaemonSet/web");
        pods["web-0"].Single()["addresses"]!.AsArray().ShouldHaveSingleItem()!.ToString().ShouldBe("127.0.0.12");
        pods["web-0"].Single()["identified"]!.GetValue<bool>().ShouldBeTrue();
        pods["twin-0"].Single()["identified"]!.GetValue<bool>().ShouldBeFalse();
        pods["web-0"].Single()["mode"]!.ToString().ShouldBe("enforce");
        pods["web-0"].Single()["allow"]!.AsArray().ShouldNotContain(allow => allow!["path"]!.ToString() == Targets.TokenPath);
    }

    private static async Task<(int Exit, string Text)> ExplainAsync(ProxyScene scene, string? token, string pod, string request, params string[] headers)
    {
        await using var text = new StringWriter();
        var proxy = new ManagementClient((IPEndPoint)scene.Proxy.Management, token);
        var exit = await PolicyExplainCommand.GuardAsync(
            () => PolicyExplainCommand.AskAsync(proxy, pod, request, [.. headers.Select(GivenRequest.Header)], CancellationToken.None), text, text);
        return (exit, text.ToString());
    }
}

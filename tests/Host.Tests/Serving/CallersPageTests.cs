using System.Text.Json.Nodes;
using ImdsProxy.Core.Policy.Deciding;
using ImdsProxy.Core.Policy.Reading;
using ImdsProxy.Identify;
using ImdsProxy.Serving.Pages;
using Microsoft.AspNetCore.Http;
using Shouldly;
using Xunit;
using static ImdsProxy.Host.Tests.Identify.IndexedPods;

namespace ImdsProxy.Host.Tests.Serving;

public sealed class CallersPageTests
{
    private static readonly PolicySnapshot Policy = PolicySnapshot.Compile(PolicyLoader.Load("""
        {"version":1,"mode":"audit","identities":{"vault":{"clientId":"2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6"}},"rules":[
          {"name":"secrets","workloads":[{"namespaces":["ns"]}],"allow":[
            {"path":"/metadata/identity/oauth2/token","identities":["vault"],"resources":["https://vault.azure.net"],"extraQuery":["x"]},
            {"path":"/metadata/instance","redact":["compute.tags"]}]},
          {"name":"of-others","workloads":[{"namespaces":["other"]}],"allow":[{"path":"/metadata/instance"}]},
          {"name":"quarantine","mode":"enforce","workloads":[{}],"deny":[{}]}]}
        """u8.ToArray()).Document!);

    [Fact]
    public async Task CallersPage_ListsAPodWithItsRules()
    {
        var pod = (await PodsAsync(Index(pods: Pod("a", "10.0.0.1,fd00::1")), Policy)).ShouldHaveSingleItem()!;

        pod["addresses"]!.ToJsonString().ShouldBe("""["10.0.0.1","fd00::1"]""");
        pod["mode"]!.ToString().ShouldBe("audit");
        pod["allow"]!.ToJsonString().ShouldBe(
            """[{"rule":"secrets","path":"/metadata/identity/oauth2/token","methods":["GET"],"identities":["vault"],"resources":["https://vault.azure.net"],"extraQuery":["x"]},{"rule":"secrets","path":"/metadata/instance","methods":["GET"],"view":"redact [compute.tags]"}]""");
        pod["deny"]!.ToJsonString().ShouldBe("""[{"rule":"quarantine","mode":"enforce"}]""");
    }

    [Fact]
    public async Task CallersPage_MarksAHostNetworkPodAsBypassingTheProxy()
    {
        var pod = (await PodsAsync(Index(pods: Pod("a", "10.1.0.4", hostNetwork: true)), Policy)).ShouldHaveSingleItem()!;

        pod["hostNetwork"]!.GetValue<bool>().ShouldBeTrue();
        pod["note"]!.ToString().ShouldBe("bypasses the proxy");
        pod["allow"].ShouldBeNull();
    }

    // The policy's hostNetwork limits the modes of rules too.
    [Fact]
    public async Task CallersPage_ThatSeesHostNetworkPods_ListsTheirRules()
    {
        var pod = (await PodsAsync(Index(pods: Pod("a", "10.1.0.4", hostNetwork: true)), Policy, seesHost: true)).ShouldHaveSingleItem()!;

        pod["note"].ShouldBeNull();
        pod["identified"]!.GetValue<bool>().ShouldBeTrue();
        pod["mode"]!.ToString().ShouldBe("audit");
        pod["deny"]!.ToJsonString().ShouldBe("""[{"rule":"quarantine","mode":"audit"}]""");
    }

    [Fact]
    public async Task CallersPage_WithoutAPolicy_StillListsPods() =>
        (await PodsAsync(Index(pods: Pod("a", "10.0.0.1")), null)).ShouldHaveSingleItem()!["identified"]!.GetValue<bool>().ShouldBeTrue();

    private static async Task<JsonArray> PodsAsync(PodIndex index, PolicySnapshot? policy, bool seesHost = false)
    {
        using var body = new MemoryStream();
        var context = new DefaultHttpContext { Response = { Body = body } };
        await new CallersPage(index, () => policy, seesHost).HandleAsync(context);
        await context.Response.BodyWriter.FlushAsync();
        return JsonNode.Parse(body.ToArray())!["pods"]!.AsArray();
    }
}

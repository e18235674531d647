using System.Buffers.Text;
using System.Text;
using ImdsProxy.FakeImds;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.Sharing;

public sealed class PinningTests
{
    private static readonly string Pinned =
        SharingScene.Rule("a", "a", $$"""{"path":"{{SharingScene.TokenPath}}","identities":["ingest"],"resources":["https://vault.azure.net"],"asIdentity":"ingest"}""")
        + "," + SharingScene.Rule("b", "b", $$"""{"path":"{{SharingScene.TokenPath}}","identities":["web"],"resources":["https://vault.azure.net"],"asIdentity":"web"}""");

    [Fact]
    public async Task RequestWithoutSelector_IsSentAsEachWorkloadsPinnedIdentity()
    {
        await using var scene = await SharingScene.StartAsync(Pinned, imds: new() { DemandsSelector = true });
        (await scene.GetAsync(0, SharingScene.Vault)).Text.ShouldContain(SharingScene.Ingest);
        (await scene.GetAsync(1, SharingScene.Vault)).Text.ShouldContain(SharingScene.Web);
        (await scene.GetAsync(2, SharingScene.Vault)).Text.ShouldContain(SharingScene.Ingest);
        scene.Imds.Requests.Select(request => request.Target).ShouldBe([$"{SharingScene.Vault}&client_id={SharingScene.Ingest}", $"{SharingScene.Vault}&client_id={SharingScene.Web}"]);
        var record = scene.Output.Requests[0];
        ((string?)record["request"]!["asIdentity"]).ShouldBe("ingest");
        record["request"]!["selector"].ShouldBeNull();
        ((string?)record["issued"]!["identity"]).ShouldBe("ingest");
    }

    [Fact]
    public async Task Request_InAuditMode_IsSentUnchanged()
    {
        await using var scene = await SharingScene.StartAsync(Pinned, mode: "audit");
        (await scene.GetAsync(0, SharingScene.Vault)).Text.ShouldContain(SharingScene.Web);
        scene.Imds.Requests.ShouldHaveSingleItem().Target.ShouldBe(SharingScene.Vault);
        var record = scene.Output.Requests.ShouldHaveSingleItem();
        ((string?)record["verdict"]).ShouldBe("allowed");
        ((string?)record["request"]!["wouldBeIdentity"]).ShouldBe("ingest");
        ((string?)record["issued"]!["clientId"]).ShouldBe(SharingScene.Web);
    }

    [Fact]
    public async Task Answer_OfAnotherIdentityThanThePinnedOne_IsDropped()
    {
        await using var scene = await SharingScene.StartAsync(Pinned);
        scene.Imds.Faults = _ => FakeFault.Member("client_id", SharingScene.Web);
        var answer = await scene.GetAsync(0, SharingScene.Vault);
        answer.Status.ShouldBe(403);
        answer.Text.ShouldContain(SharingScene.Web);
        answer.Text.ShouldHoldNoToken();
    }

    [Fact]
    public async Task Pin_ChangedDuringTheFetch_IsObeyed()
    {
        await using var scene = await SharingScene.StartAsync(Pinned);
        using var held = new HeldAnswers();
        scene.Imds.Faults = held.Hold;
        var answer = scene.GetAsync(0, SharingScene.Vault);
        await Eventually.HoldsAsync(() => held.Waiting == 1);
        await scene.UsePolicyAsync(SharingScene.Rule("a", "*", $$"""{"path":"{{SharingScene.TokenPath}}","identities":["*"],"resources":["*"],"asIdentity":"web"}"""));
        held.Release();
        (await answer).Status.ShouldBe(403);
        ((string?)scene.Output.Requests.ShouldHaveSingleItem()["reason"]).ShouldBe("identity-mismatch");
    }

    [Theory]
    [InlineData($$"""{"appid":"{{SharingScene.Ingest}}","aud":"https://vault.azure.net"}""", 403)]
    [InlineData($$"""{"appid":"{{SharingScene.Web}}","aud":"https://management.azure.com"}""", 403)]
    [InlineData($$"""{"appid":"{{SharingScene.Web}}","xms_mirid":"/subscriptions/s/resourcegroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/other"}""", 403)]
    [InlineData($$"""{"azp":"{{SharingScene.Web}}","aud":"cfa8b339-82a2-471a-a3c9-0fc0be7a4093"}""", 200)]
    [InlineData("""{"aud":["https://vault.azure.net"]}""", 502)]
    public async Task Token_ThatContradictsItsEnvelope_IsDropped(string claims, int status)
    {
        await using var scene = await SharingScene.StartAsync(Pinned);
        var token = $"eyJhbGciOiJub25lIn0.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims))}.c2ln";
        scene.Imds.Faults = _ => FakeFault.Member("access_token", token);
        var answer = await scene.GetAsync(1, SharingScene.Vault);
        answer.Status.ShouldBe(status);
        answer.Text.Contains(token, StringComparison.Ordinal).ShouldBe(status == 200);
        var record = scene.Output.Requests.ShouldHaveSingleItem();
        ((string?)record["reason"]).ShouldBe(status switch { 200 => "rule", 403 => "identity-mismatch", _ => "upstream-error" });
        (record["returned"] is not null).ShouldBe(status == 403);
        ((string?)record["issued"]?["audience"]).ShouldBe(status == 200 ? "cfa8b339-82a2-471a-a3c9-0fc0be7a4093" : null);
    }
}

using System.Buffers.Text;
using System.Text.Json;
using ImdsProxy.FakeImds;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.FakeImds;

public sealed class TokenTests
{
    private const string Kubelet = "e5dbcd30-9b3d-4041-b791-ac23f9038175";
    private const string AdxIngest = "2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6";
    private const string Target = "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net%2F";
    private const string AdxResourceId =
        "/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/resourceGroups/MC_demo_aks-demo_westeurope/providers/Microsoft.ManagedIdentity/userAssignedIdentities/adx-ingest";

    private readonly ManualTime _time = new();

    [Fact]
    public async Task Answer_HasEveryMember_AllStrings()
    {
        await using var imds = await StartAsync();
        var envelope = await AskAsync(imds, Target);
        envelope.EnumerateObject().ShouldAllBe(member => member.Value.ValueKind == JsonValueKind.String);
        envelope.EnumerateObject().Select(member => member.Name).ShouldBe(
            ["access_token", "client_id", "expires_in", "expires_on", "ext_expires_in", "not_before", "resource", "token_type"]);
        Text(envelope, "resource").ShouldBe("https://vault.azure.net/");
        Text(envelope, "token_type").ShouldBe("Bearer");
        Text(envelope, "expires_in").ShouldBe("86400");
        Text(envelope, "expires_on").ShouldBe($"{_time.GetUtcNow().AddHours(24).ToUnixTimeSeconds()}");
    }

    [Fact]
    public async Task Token_Decoded_HasItsIdentityAndResource()
    {
        await using var imds = await StartAsync();
        var envelope = await AskAsync(imds, $"{Target}&client_id={AdxIngest}");
        var token = Text(envelope, "access_token");
        token.Length.ShouldBeInRange(1500, 2048);
        var parts = token.Split('.');
        parts.Length.ShouldBe(3);
        Base64Url.IsValid(parts[2]).ShouldBeTrue();
        var claims = Claims(token);
        Text(claims, "aud").ShouldBe("https://vault.azure.net/");
        Text(claims, "appid").ShouldBe(AdxIngest);
        Text(claims, "oid").ShouldBe("b62ac7a4-999d-4dd9-8696-5b91e9b0e6d1");
        Text(claims, "xms_mirid").ShouldBe(AdxResourceId);
        Text(claims, "uti").Length.ShouldBe(22);
        claims.GetProperty("exp").GetInt64().ShouldBe(_time.GetUtcNow().AddHours(24).ToUnixTimeSeconds());
        claims.GetProperty("nbf").GetInt64().ShouldBe(claims.GetProperty("iat").GetInt64());
    }

    [Theory]
    [InlineData("", Kubelet)]
    [InlineData("&client_id=", Kubelet)]
    [InlineData("&client_id=" + AdxIngest, AdxIngest)]
    [InlineData("&client_id=2BC9E0C4-4EDD-4C1B-9972-3A095D2BDCE6", AdxIngest)]
    [InlineData("&object_id=b62ac7a4-999d-4dd9-8696-5b91e9b0e6d1", AdxIngest)]
    [InlineData("&msi_res_id=" + AdxResourceId, AdxIngest)]
    [InlineData("&mi_res_id=%2FSUBSCRIPTIONS%2F0b1f6471-1bf0-4dda-aec3-cb9272f09590/resourcegroups/mc_demo_aks-demo_westeurope/providers/Microsoft.ManagedIdentity/userAssignedIdentities/adx-ingest", AdxIngest)]
    public async Task Selector_OfEachKind_ChoosesItsIdentity(string selector, string clientId)
    {
        await using var imds = await StartAsync();
        Text(await AskAsync(imds, Target + selector), "client_id").ShouldBe(clientId);
    }

    [Fact]
    public async Task Token_RequestedAgain_IsTheSameWithLessTimeLeft()
    {
        await using var imds = await StartAsync();
        var first = await AskAsync(imds, Target);
        _time.Advance(TimeSpan.FromHours(1));
        var second = await AskAsync(imds, Target);
        Text(second, "access_token").ShouldBe(Text(first, "access_token"));
        Text(second, "expires_on").ShouldBe(Text(first, "expires_on"));
        Text(second, "expires_in").ShouldBe("82800");
    }

    [Theory]
    [InlineData("&bypass_cache=true", 0)]
    [InlineData("", 24 * 60)]
    [InlineData("", (24 * 60) - 5)]
    public async Task Token_BypassingTheCacheOrNearExpiry_IsNew(string addition, int minutesLater)
    {
        await using var imds = await StartAsync();
        var first = await AskAsync(imds, Target);
        _time.Advance(TimeSpan.FromMinutes(minutesLater));
        (Text(await AskAsync(imds, Target + addition), "access_token") == Text(first, "access_token")).ShouldBeFalse();
    }

    [Fact]
    public async Task SeveralIdentities_WithoutASelector_AreRefused()
    {
        await using var imds = await FakeImdsServer.StartAsync(new() { DemandsSelector = true });
        var answer = await RawHttp.GetAsync(imds.Endpoint, Target);
        answer.Status.ShouldBe(400);
        answer.Text.ShouldContain("Multiple user assigned identities exist, please specify the clientId / resourceId of the identity in the token request");
    }

    [Fact]
    public async Task Identity_WithOnlyAClientId_HasAStableObjectId()
    {
        const string ClientId = "11111111-2222-3333-4444-555555555555";
        var identity = FakeIdentity.Parse(ClientId);
        (identity == FakeIdentity.Parse(ClientId)).ShouldBeTrue();
        await using var imds = await FakeImdsServer.StartAsync(new() { Identities = [identity] });
        Text(await AskAsync(imds, $"{Target}&object_id={identity.ObjectId}"), "client_id").ShouldBe(ClientId);
    }

    [Theory]
    [InlineData("kubelet")]
    [InlineData("")]
    [InlineData("11111111-2222-3333-4444-555555555555=")]
    [InlineData("11111111-2222-3333-4444-555555555555=id")]
    public void Identity_Invalid_IsRefused(string text) => Should.Throw<FormatException>(() => FakeIdentity.Parse(text));

    private static JsonElement Claims(string token) => JsonElement.Parse(Base64Url.DecodeFromChars(token.Split('.')[1]));

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;

    private static async Task<JsonElement> AskAsync(FakeImdsServer imds, string target)
    {
        var answer = await RawHttp.GetAsync(imds.Endpoint, target);
        answer.Status.ShouldBe(200, answer.Text);
        return JsonElement.Parse(answer.Body.Span);
    }

    private Task<FakeImdsServer> StartAsync() => FakeImdsServer.StartAsync(new() { Time = _time });
}

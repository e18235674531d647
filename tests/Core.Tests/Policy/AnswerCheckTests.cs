using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;
using ImdsProxy.Core.Credentials;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Requests;
using Shouldly;
using Xunit;

namespace ImdsProxy.Core.Tests.Policy;

/// <summary>Compares a token's claims with its envelope.</summary>
public sealed class AnswerCheckTests
{
    private const string Allow = $$"""{"path":"{{Scene.Token}}","identities":["web"],"resources":["{{Scene.Vault}}"]}""";
    private const string ApiId = "cfa8b339-82a2-471a-a3c9-0fc0be7a4093";

    [Theory]
    [InlineData("{}", true)]
    [InlineData($$"""{"appid":"{{Scene.Web}}","aud":"{{Scene.Vault}}","xms_mirid":"{{Scene.WebResourceId}}"}""", true)]
    [InlineData("""{"appid":"2BC9E0C4-4EDD-4C1B-9972-3A095D2BDCE6","aud":"HTTPS://Vault.azure.net/"}""", true)]
    [InlineData($$"""{"azp":"{{Scene.Web}}","aud":"{{ApiId}}"}""", true)]
    [InlineData("""{"xms_mirid":"/SUBSCRIPTIONS/s/resourcegroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/WEB"}""", true)]
    [InlineData($$"""{"appid":"{{Scene.Other}}"}""", false)]
    [InlineData($$"""{"azp":"{{Scene.Other}}"}""", false)]
    [InlineData($$"""{"appid":"{{Scene.Web}}","azp":"{{Scene.Other}}"}""", false)]
    [InlineData("""{"appid":""}""", false)]
    [InlineData("""{"aud":"https://management.azure.com"}""", false)]
    [InlineData("""{"aud":"https://vault.azure.net.evil.test"}""", false)]
    [InlineData("""{"xms_mirid":"/subscriptions/s/resourcegroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/other"}""", false)]
    public void DecideAnswer_TokenThatContradictsItsEnvelope_IsDenied(string claims, bool permitted)
    {
        var envelope = Read(Envelope(Jwt(claims))).ShouldNotBeNull();
        var decision = Scene.Policy($"\"allow\":[{Allow}]").DecideAnswer(Scene.Pod, Scene.TokenRequest(), envelope.Answer);
        (decision is Permit).ShouldBe(permitted);
        decision.Reason.ShouldBe(permitted ? Reason.Rule : Reason.IdentityMismatch);
    }

    [Fact]
    public void DecideAnswer_AudienceThatADenyLists_IsDenied()
    {
        var policy = Scene.Policy($"\"allow\":[{Allow}],\"deny\":[{{\"resources\":[\"{ApiId.ToUpperInvariant()}\"]}}]");
        var answer = Read(Envelope(Jwt($$"""{"aud":"{{ApiId}}"}""")))!.Answer;
        policy.DecideAnswer(Scene.Pod, Scene.TokenRequest(), answer).ShouldBeOfType<Denial>().Reason.ShouldBe(Reason.DenyRule);
    }

    [Theory]
    [InlineData("opaque")]
    [InlineData("a.b.c")]
    [InlineData("a..c")]
    [InlineData("eyJhbGciOiJub25lIn0.bm8ganNvbg.x")]
    public void Read_OpaqueToken_HasNoClaims(string token) => Read(Envelope(token)).ShouldNotBeNull().Answer.Claims.ShouldBeNull();

    [Theory]
    [InlineData("""{"appid":"a","appid":"a"}""")]
    [InlineData("""{"aud":["https://vault.azure.net"]}""")]
    [InlineData("""{"xms_mirid":7}""")]
    [InlineData("""{"uti":"abc"}{"appid":"a"}""")]
    [InlineData("""{"uti":"abc"}x""")]
    [InlineData("""{"uti":"abc" """)]
    public void Read_AmbiguousClaims_IsUnreadable(string claims) => Read(Envelope(Jwt(claims))).ShouldBeNull();

    [Fact]
    public void Read_TokenId_IsKept() => Read(Envelope(Jwt("""{"uti":"abc"}"""))).ShouldNotBeNull().TokenId.ShouldBe("abc");

    [Fact]
    public void Read_SecondsLeft_AreFoundAtTheirOffset()
    {
        var body = """{ "access_token":"x", "expires_in":"3599", "client_id":"2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6", "ext_expires_in": 86399, "resource":"a", "expires_on":"1" }""";
        var envelope = Read(body).ShouldNotBeNull();
        envelope.Countdowns.Select(countdown => (body.Substring(countdown.Start, countdown.Length), countdown.Seconds)).ShouldBe([("3599", 3599L), ("86399", 86399L)]);
    }

    private static CredentialEnvelope? Read(string body) => EnvelopeReader.Read(Encoding.UTF8.GetBytes(body), EndpointKind.Token);

    private static string Envelope(string token) =>
        new JsonObject { ["access_token"] = token, ["client_id"] = Scene.Web, ["resource"] = Scene.Vault, ["expires_on"] = "1800000000" }.ToJsonString();

    private static string Jwt(string claims) => $"eyJhbGciOiJub25lIn0.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims))}.c2ln";
}

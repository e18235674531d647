using System.Buffers;
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
    [InlineData($$"""{"iss":"https://sts.windows.net/t/","idtyp":"app","roles":["r"],"cnf":{"appid":"{{Scene.Other}}"},"appid":"{{Scene.Web}}"}""", true)]
    [InlineData($$"""{"iss":"https://sts.windows.net/t/","roles":["r"],"cnf":{"appid":"{{Scene.Web}}"},"appid":"{{Scene.Other}}"}""", false)]
    [InlineData("""{"aud":"https://vault.azure.net.evil.test"}""", false)]
    [InlineData("""{"xms_mirid":"/subscriptions/s/resourcegroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/other"}""", false)]
    public void DecideAnswer_TokenThatContradictsItsEnvelope_IsDenied(string claims, bool permitted)
    {
        var envelope = Read(Envelope(Jwt(claims))).ShouldNotBeNull();
        var decision = Scene.Policy($"\"allow\":[{Allow}]").DecideAnswer(Scene.Pod, Scene.TokenRequest(), envelope.Answer);
        (decision is Permit).ShouldBe(permitted);
        decision.Reason.ShouldBe(permitted ? Reason.Rule : Reason.IdentityMismatch);
    }

    [Theory]
    [InlineData("CFA8B339-82A2-471A-A3C9-0FC0BE7A4093", true)]
    [InlineData("aaaaaaaa-82a2-471a-a3c9-0fc0be7a4093", false)]
    public void DecideAnswer_AudienceThatADenyLists_IsDenied(string listed, bool denied)
    {
        var policy = Scene.Policy($"\"allow\":[{Allow}],\"deny\":[{{\"resources\":[\"{listed}\"]}}]");
        var answer = Read(Envelope(Jwt($$"""{"aud":"{{ApiId}}"}""")))!.Answer;
        policy.DecideAnswer(Scene.Pod, Scene.TokenRequest(), answer).Reason.ShouldBe(denied ? Reason.DenyRule : Reason.Rule);
    }

    [Theory]
    [InlineData("")]
    [InlineData("opaque")]
    [InlineData("a.b.c")]
    [InlineData("a..c")]
    [InlineData("eyJhbGciOiJub25lIn0.bm8ganNvbg.x")]
    [InlineData("eyJhbGciOiJub25lIn0.W10.x")]
    public void Read_OpaqueToken_HasNoClaims(string token) => Read(Envelope(token)).ShouldNotBeNull().Answer.Claims.ShouldBeNull();

    [Theory]
    [InlineData("""{"appid":"a","appid":"a"}""")]
    [InlineData("""{"appid":"a","appid":"a","aud":"https://vault.azure.net"}""")]
    [InlineData("""{"deep":[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]}""")]
    [InlineData("""{"aud":["https://vault.azure.net"]}""")]
    [InlineData("""{"xms_mirid":7}""")]
    [InlineData("""{"uti":"abc"}{"appid":"a"}""")]
    [InlineData("""{"uti":"abc"}x""")]
    [InlineData("""{"uti":"abc" """)]
    public void Read_AmbiguousClaims_IsUnreadable(string claims) => Read(Envelope(Jwt(claims))).ShouldBeNull();

    [Theory]
    [InlineData("""{"uti":"abc"}""", "abc")]
    [InlineData("""{"uti":"abc","jti":"def"}""", "abc")]
    [InlineData("""{"deep":[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]],"uti":"abc"}""", "abc")]
    [InlineData("""{"uti":"0123456789012345678901234567890123456789012345678901234567890123"}""", "0123456789012345678901234567890123456789012345678901234567890123")]
    [InlineData("""{"uti":"01234567890123456789012345678901234567890123456789012345678901234"}""", null)]
    [InlineData("""{"uti":7}""", null)]
    public void Read_TokenId_IsKept(string claims, string? id) => Read(Envelope(Jwt(claims))).ShouldNotBeNull().TokenId.ShouldBe(id);

    // The second part is the payload, also if the header or the signature is missing, or if more parts follow.
    [Theory]
    [InlineData("", ".c2ln")]
    [InlineData("eyJhbGciOiJub25lIn0", ".")]
    [InlineData("eyJhbGciOiJub25lIn0", ".c2ln.c2ln")]
    public void Read_TokenWithUnusualParts_HasItsClaims(string header, string rest)
    {
        var claims = Base64Url.EncodeToString(Encoding.UTF8.GetBytes($$"""{"appid":"{{Scene.Other}}"}"""));
        Read(Envelope($"{header}.{claims}{rest}")).ShouldNotBeNull().Answer.Claims.ShouldNotBeNull().AppId.ShouldBe(Scene.Other);
    }

    // The pool rents out the array that the same thread returned last.
    [Fact]
    public void Read_Token_WipesItsCopy()
    {
        var token = string.Concat(Enumerable.Repeat("secret", 1000));
        Read(Envelope(token)).ShouldNotBeNull();
        ArrayPool<byte>.Shared.Rent(token.Length).AsSpan().IndexOf("secret"u8).ShouldBe(-1);
    }

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

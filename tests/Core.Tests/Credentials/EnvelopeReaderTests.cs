using System.Text;
using ImdsProxy.Core.Credentials;
using ImdsProxy.Core.Requests;
using Shouldly;
using Xunit;

namespace ImdsProxy.Core.Tests.Credentials;

public sealed class EnvelopeReaderTests
{
    private const string Id = "2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6";
    private const string Owner = $"\"client_id\":\"{Id}\"";
    private const string Vault = "\"resource\":\"https://vault.azure.net\"";
    private const string Secret = "\"access_token\":\"h.e30.s\"";
    private const string Token = $"{{{Secret},{Owner},{Vault}}}";

    [Fact]
    public void Read_Token_ReturnsItsIdentityAndResource()
    {
        var envelope = Read(Token).ShouldNotBeNull();
        envelope.Answer.ClientId.ShouldBe(Id);
        envelope.Answer.Resource.ShouldBe("https://vault.azure.net");
        envelope.Answer.Claims.ShouldNotBeNull();
        envelope.ExpiresOn.ShouldBeNull();
        envelope.TokenId.ShouldBeNull();
    }

    [Fact]
    public void Read_Certificate_ReturnsItsIdentityWithoutAResource()
    {
        var envelope = Read($$"""{"certificate":"MIIC",{{Owner}},{{Vault}}}""", EndpointKind.IssueCredential).ShouldNotBeNull();
        envelope.Answer.ClientId.ShouldBe(Id);
        envelope.Answer.Resource.ShouldBeNull();
        envelope.Answer.Claims.ShouldBeNull();
    }

    [Theory]
    [InlineData($$"""{{{Secret}},"client_id":"2BC9E0C4-4EDD-4C1B-9972-3A095D2BDCE6",{{Vault}}}""")]
    [InlineData($$"""{"acc\u0065ss_token":"x",{{Owner}},{{Vault}}}""")]
    [InlineData($$""" { {{Secret}}, {{Owner}}, {{Vault}}, "x":{"client_id":1,"a":[[[[[[1]]]]]]}, "y":null } """)]
    public void Read_TokenInEquivalentJson_ReturnsTheSame(string body) => Read(body).ShouldNotBeNull().Answer.ClientId.ShouldBe(Id);

    [Theory]
    [InlineData($"[{Token}]")]
    [InlineData($$"""{"data":{{Token}}}""")]
    [InlineData($"{Token}{Token}")]
    [InlineData($"{Token}x")]
    [InlineData($"\ufeff{Token}")]
    [InlineData($"x{Token}")]
    [InlineData($"{{{Secret},{Owner},{Vault}")]
    [InlineData($$"""{{{Secret}},{{Owner}},{{Vault}},"x":[[[[[[[[1]]]]]]]]}""")]
    [InlineData($$"""{{{Secret}},{{Owner}},{{Vault}},"\ud800":1}""")]
    public void Read_TokenThatIsNotOneObject_ReturnsNull(string body) => Read(body).ShouldBeNull();

    [Theory]
    [InlineData($"{{{Secret},{Vault}}}")]
    [InlineData($$"""{{{Secret}},"client_id":"x",{{Vault}}}""")]
    [InlineData($$"""{{{Secret}},"client_id":"{2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6}",{{Vault}}}""")]
    [InlineData($$"""{{{Secret}},"client_id":"2bc9e0c44edd4c1b99723a095d2bdce6",{{Vault}}}""")]
    [InlineData($$"""{{{Secret}},"client_id":1,{{Vault}}}""")]
    [InlineData($$"""{{{Secret}},{{Owner}},"client_id":null,{{Vault}}}""")]
    [InlineData($$"""{{{Secret}},{{Owner}},{{Owner}},{{Vault}}}""")]
    [InlineData($$"""{{{Secret}},"Client_Id":"2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6",{{Vault}}}""")]
    [InlineData($"{{{Secret},{Owner}}}")]
    [InlineData($$"""{{{Secret}},{{Owner}},"resource":""}""")]
    [InlineData($$"""{{{Secret}},{{Owner}},"resource":1}""")]
    [InlineData($$"""{{{Secret}},{{Owner}},{{Vault}},"resource":[]}""")]
    [InlineData($"{{{Owner},{Owner},{Secret},{Vault}}}")]
    [InlineData($"{{{Secret},{Owner},{Vault},{Vault}}}")]
    [InlineData($$"""{{{Secret}},{{Owner}},"Resource":"https://vault.azure.net"}""")]
    [InlineData($"{{{Secret},{Secret},{Owner},{Vault}}}")]
    [InlineData($$"""{"Access_Token":"x",{{Owner}},{{Vault}}}""")]
    [InlineData($$"""{{{Secret}},"ACCESS_TOKEN":"x",{{Owner}},{{Vault}}}""")]
    [InlineData($$"""{"access_token":1,{{Owner}},{{Vault}}}""")]
    [InlineData($$"""{{{Secret}},"access_token":{},{{Owner}},{{Vault}}}""")]
    [InlineData($$"""{"certificate":"MIIC",{{Owner}},{{Vault}}}""")]
    [InlineData($$"""{{{Secret}},"certificate":["x"],{{Owner}},{{Vault}}}""")]
    public void Read_TokenWithoutASingleIdentity_ReturnsNull(string body) => Read(body).ShouldBeNull();

    [Theory]
    [InlineData($$"""{{{Owner}},"certificate":"a","certificate":"b"}""")]
    [InlineData($$"""{{{Owner}},"Certificate":"a"}""")]
    [InlineData($$$"""{{{{Owner}}},"certificate":{}}""")]
    [InlineData($$"""{{{Owner}},{{Owner}},"certificate":"a"}""")]
    [InlineData($$$"""{"access_token":{},{{{Owner}}},"certificate":"a"}""")]
    [InlineData("""{"certificate":"a"}""")]
    public void Read_CertificateMissingOrRepeated_ReturnsNull(string body) => Read(body, EndpointKind.IssueCredential).ShouldBeNull();

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"error":"invalid_request","error_description":"Identity not found"}""")]
    [InlineData($"{{{Owner},{Vault}}}")]
    public void Read_NoCredential_ReturnsNull(string body)
    {
        Read(body).ShouldBeNull();
        Read(body, EndpointKind.IssueCredential).ShouldBeNull();
    }

    [Theory]
    [InlineData("\"0\"", 0L)]
    [InlineData("\"1800000000\"", 1800000000L)]
    [InlineData("\"253402300799\"", 253402300799L)]
    [InlineData("\"253402300800\"", null)]
    [InlineData("\"-1\"", null)]
    [InlineData("\" 1\"", null)]
    [InlineData("\"1,000\"", null)]
    [InlineData("\"x\"", null)]
    [InlineData("1800000000", null)]
    public void Read_Expiry_IsSecondsAsText(string value, long? seconds) =>
        (Read($"{{{Secret},{Owner},{Vault},\"expires_on\":{value}}}").ShouldNotBeNull().ExpiresOn?.ToUnixTimeSeconds()).ShouldBe(seconds);

    [Theory]
    [InlineData("\"3599\"", 3599L)]
    [InlineData("3599", 3599L)]
    [InlineData("\"0\"", 0L)]
    [InlineData("\"-1\"", null)]
    [InlineData("-1", null)]
    [InlineData("\"1x\"", null)]
    [InlineData("1.5", null)]
    [InlineData("\"\"", null)]
    [InlineData("true", null)]
    [InlineData("{}", null)]
    public void Read_SecondsLeft_AreANumberOrText(string value, long? seconds)
    {
        foreach (var name in new[] { "Expires_In", "ext_expires_in" })
        {
            var countdowns = Read($"{{{Secret},{Owner},{Vault},\"{name}\":{value}}}").ShouldNotBeNull().Countdowns;
            countdowns.Select(countdown => countdown.Seconds).ShouldBe(seconds is { } number ? [number] : []);
        }
    }

    private static CredentialEnvelope? Read(string body, EndpointKind endpoint = EndpointKind.Token) =>
        EnvelopeReader.Read(Encoding.UTF8.GetBytes(body), endpoint);
}

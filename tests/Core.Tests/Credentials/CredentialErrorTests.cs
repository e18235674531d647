using System.Text;
using System.Text.Json;
using ImdsProxy.Core.Credentials;
using Shouldly;
using Xunit;

namespace ImdsProxy.Core.Tests.Credentials;

public sealed class CredentialErrorTests
{
    private const string Certificate = "MIIC8DCCAdigAwIBAgIQN1ajANW0X2Zw0C3Xn9BqGTANBgkqhkiG9w0BAQsFADAw";

    [Theory]
    [InlineData("""{"error":"invalid_request","error_description":"Identity not found"}""")]
    [InlineData("""{"error":"invalid_request","error_description":"Required metadata header not specified"}""")]
    [InlineData("""{"error":"invalid_request","error_description":"Multiple user assigned identities exist, please specify the clientId / resourceId of the identity in the token request"}""")]
    [InlineData("""{"error":"invalid_request","error_description":"Temporarily throttled, too many requests"}""")]
    [InlineData("""{"error":"Bad request. api-version is invalid or was not specified in the request.","newest-versions":["2021-12-13","2021-11-15","2021-11-01"]}""")]
    [InlineData("""{"error":"unauthorized_client","error_description":"AADSTS700016: Application with identifier '2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6' was not found in the directory 'Contoso'.\r\nTrace ID: 1f0a\r\nTimestamp: 2026-11-29 04:30:00Z"}""")]
    [InlineData("""{"error":"invalid_resource","error_description":"AADSTS500011: The resource principal named https://management.azure.com/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/MC_prod_weu/providers/Microsoft.ManagedIdentity/userAssignedIdentities/MII-ingest was not found."}""")]
    [InlineData("""{"error":"e","newest-versions":["2021-12-13"]}""")]
    [InlineData("""{"error":"EYJ of -----begin","error_description":"MII of an identity, then more than thirty-two characters"}""")]
    public void Rebuild_ErrorOfImds_IsUnchanged(string body) => Rebuild(body).ShouldBe(body);

    [Theory]
    [InlineData("""{ "error" : "e" , "error_codes":[500011], "trace_id":"x", "data":{"a":"b"} }""", """{"error":"e"}""")]
    [InlineData("""{"error_description":"d","error":"e"}""", """{"error":"e","error_description":"d"}""")]
    [InlineData("""{"error":"e","newest-versions":[]}""", """{"error":"e"}""")]
    [InlineData("""{"err\u006fr":"e","acc\u0065ss_token":"x","Error":"E"}""", """{"error":"e"}""")]
    public void Rebuild_UnknownFields_AreDropped(string body, string expected) => Rebuild(body).ShouldBe(expected);

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("\"error\"")]
    [InlineData("""{"error_description":"d"}""")]
    [InlineData("""{"error":null}""")]
    [InlineData("""{"error":1}""")]
    [InlineData("""{"error":{"code":"c"}}""")]
    [InlineData("""{"error":"e","error":"e"}""")]
    [InlineData("""{"error":"e","error_description":["d"]}""")]
    [InlineData("""{"error":"e","error_description":"d","error_description":"d"}""")]
    [InlineData("""{"error":"e","newest-versions":"v"}""")]
    [InlineData("""{"error":"e","newest-versions":[1]}""")]
    [InlineData("""{"error":"e","newest-versions":["1"],"newest-versions":["2"]}""")]
    [InlineData("""{"error":"e"}{}""")]
    [InlineData("""{"error":"e" """)]
    [InlineData("""{"error":"e","data":{"a":{}}}""")]
    [InlineData("\ufeff{\"error\":\"e\"}")]
    [InlineData("""{"error":"\ud800"}""")]
    [InlineData("""{"error":"e","error_description":"see {\"access_token\":\"x\"}"}""")]
    [InlineData("""{"error":"eyJhbGciOiJub25lIn0.e30.c2ln"}""")]
    [InlineData("""{"error":"e","error_description":"token eyJhbGciOiJub25lIn0 of"}""")]
    [InlineData("""{"error":"e","newest-versions":["2021-12-13","eyJhbGciOiJub25lIn0"]}""")]
    [InlineData("""{"error":"e","error_description":"-----BEGIN CERTIFICATE-----"}""")]
    [InlineData($$"""{"error":"e","error_description":"MII {{Certificate}}"}""")]
    [InlineData($$"""{"error":"e","error_description":"{{Certificate}} MII"}""")]
    public void Rebuild_AnythingElse_IsReplaced(string body) => Rebuild(body).ShouldBe(Rebuild("x"));

    [Theory]
    [InlineData("error", 256)]
    [InlineData("error_description", 1024)]
    public void Rebuild_TextThatIsTooLong_IsReplaced(string field, int longest)
    {
        Rebuild(Body(longest)).ShouldBe(Body(longest));
        Rebuild(Body(longest + 1)).ShouldBe(Rebuild("x"));

        string Body(int length) => field == "error"
            ? $$"""{"error":"{{Words(length)}}"}"""
            : $$"""{"error":"e","{{field}}":"{{Words(length)}}"}""";
    }

    [Fact]
    public void Rebuild_MoreOrLongerVersionsThanImdsHas_AreReplaced()
    {
        var longest = Body(Enumerable.Repeat(new string('1', 32), 16));
        Rebuild(longest).ShouldBe(longest);
        Rebuild(Body([new string('1', 33)])).ShouldBe(Rebuild("x"));
        Rebuild(Body(Enumerable.Repeat("1", 17))).ShouldBe(Rebuild("x"));

        static string Body(IEnumerable<string> versions) => $$"""{"error":"e","newest-versions":["{{string.Join("\",\"", versions)}}"]}""";
    }

    [Fact]
    public void Rebuild_WordLongerThanAName_IsReplaced()
    {
        Rebuild(Body(128)).ShouldBe(Body(128));
        Rebuild(Body(129)).ShouldBe(Rebuild("x"));
        Rebuild(Body(129).Replace('-', '~')).ShouldBe(Body(129).Replace('-', '~'));

        static string Body(int length) => $$"""{"error":"e","error_description":"not for a b-{{new string('a', length - 3)}}+ c"}""";
    }

    [Fact]
    public void Rebuild_StartOfACertificate_IsReplaced()
    {
        Rebuild(Body(Certificate[..32])).ShouldBe(Rebuild("x"));
        Rebuild(Body(Certificate[..31])).ShouldBe(Body(Certificate[..31]));
        Rebuild(Body($"{Certificate[..31]}~")).ShouldBe(Body($"{Certificate[..31]}~"));

        static string Body(string text) => $$"""{"error":"e","error_description":"{{text}}"}""";
    }

    [Theory]
    [InlineData(404)]
    [InlineData(500)]
    public void Rebuild_ReplacedError_SaysWhyAndNamesTheStatus(int status)
    {
        var error = JsonElement.Parse(CredentialError.Rebuild("<html>secret"u8, status));
        error.GetProperty("error").GetString().ShouldBe("unknown_error");
        var description = error.GetProperty("error_description").GetString().ShouldNotBeNull();
        description.ShouldContain($"status {status}.");
        description.ShouldNotContain("secret");
    }

    private static string Rebuild(string body) => Encoding.UTF8.GetString(CredentialError.Rebuild(Encoding.UTF8.GetBytes(body), 400));

    private static string Words(int length) => string.Concat(Enumerable.Repeat("ab ", (length / 3) + 1))[..length];
}

using System.Text;
using ImdsProxy.Core.Credentials;
using ImdsProxy.Core.Requests;
using Shouldly;
using Xunit;

namespace ImdsProxy.Core.Tests.Credentials;

public sealed class EnvelopeReaderTests
{
    private const string Token = """{"access_token":"h.e30.s","client_id":"2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6","resource":"https://vault.azure.net"}""";

    [Fact]
    public void Read_Token_SaysWhoseItIs() =>
        Read(Token).ShouldNotBeNull().Answer.ClientId.ShouldBe("2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6");

    [Theory]
    [InlineData($"[{Token}]")]
    [InlineData($$"""{"data":{{Token}}}""")]
    [InlineData($"{Token}{Token}")]
    [InlineData($"\ufeff{Token}")]
    [InlineData($"x{Token}")]
    public void Read_TokenWhereNoneIsLookedFor_SaysNothing(string body) => Read(body).ShouldBeNull();

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("""{"error":"invalid_request","error_description":"Identity not found"}""")]
    public void Read_Error_SaysNothing(string body) => Read(body).ShouldBeNull();

    private static CredentialEnvelope? Read(string body) => EnvelopeReader.Read(Encoding.UTF8.GetBytes(body), EndpointKind.Token);
}

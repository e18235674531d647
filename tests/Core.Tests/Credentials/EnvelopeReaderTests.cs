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
    public void Read_Token_SaysWhoseItIs()
    {
        Read(Token, out var envelope).ShouldBe(EnvelopeContent.Credential);
        envelope.ShouldNotBeNull().Answer.ClientId.ShouldBe("2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6");
    }

    [Theory]
    [InlineData($"[{Token}]")]
    [InlineData($$"""{"data":{{Token}}}""")]
    [InlineData($"{Token}{Token}")]
    [InlineData($"\ufeff{Token}")]
    [InlineData($"x{Token}")]
    public void Read_TokenWhereNoneIsLookedFor_IsNoErrorThatMayPass(string body) =>
        Read(body, out _).ShouldBe(EnvelopeContent.Unreadable);

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("""{"error":"invalid_request","error_description":"Identity not found"}""")]
    public void Read_Error_HoldsNoCredential(string body) =>
        Read(body, out _).ShouldBe(EnvelopeContent.NoCredential);

    private static EnvelopeContent Read(string body, out CredentialEnvelope? envelope) =>
        EnvelopeReader.Read(Encoding.UTF8.GetBytes(body), EndpointKind.Token, out envelope);
}

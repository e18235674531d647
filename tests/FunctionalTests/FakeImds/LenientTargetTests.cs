using ImdsProxy.FakeImds;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.FakeImds;

/// <summary>A target that slips through a proxy must get an answer from the fake. Otherwise the proxy's own tests would prove nothing.</summary>
public sealed class LenientTargetTests
{
    private const string Query = "?api-version=2018-02-01&resource=https%3A%2F%2Fmanagement.azure.com%2F";

    [Theory]
    [InlineData(@"/metadata/identity\oauth2\token/" + Query)]
    [InlineData(@"/metadata\identity\oauth2\token" + Query)]
    [InlineData("/metadata%5cidentity/oauth2/token" + Query)]
    [InlineData(@"/metadata/\identity/oauth2/token" + Query)]
    [InlineData("/metadata/identity%2foauth2%2ftoken" + Query)]
    [InlineData("/metadata/%69dentity/oauth2/token" + Query)]
    [InlineData("/metadata/identity/oauth2/token/" + Query)]
    [InlineData("/MetaData/identity/oauth2/token" + Query)]
    [InlineData("/metadata/instance/../identity/oauth2/token" + Query)]
    [InlineData("/metadata/instance/%2e%2e/identity/oauth2/token" + Query)]
    [InlineData("/../metadata/./identity/oauth2/token" + Query)]
    [InlineData("//metadata//identity/oauth2/token" + Query)]
    [InlineData("/metadata/identity/oauth2/token%3Fapi-version=2018-02-01&resource=https://vault.azure.net")]
    [InlineData("/metadata/identity/oauth2/token%3fapi-version=2018-02-01&resource=https://vault.azure.net?x=y")]
    [InlineData("/metadata/identity/oauth2/token?api-version=2018-02-01&re%73ource=https://vault.azure.net")]
    [InlineData("http://169.254.169.254/metadata/identity/oauth2/token" + Query)]
    public async Task Target_UnusualButUnderstood_GetsAToken(string target)
    {
        await using var imds = await FakeImdsServer.StartAsync();
        var answer = await RawHttp.GetAsync(imds.Endpoint, target);
        answer.Status.ShouldBe(200);
        answer.Text.ShouldContain("access_token");
        imds.Requests.ShouldHaveSingleItem().Target.ShouldBe(target);
    }

    [Theory]
    [InlineData("/metadata/Identity/oauth2/token" + Query)]
    [InlineData("/metadata/identity/oauth2/Token" + Query)]
    [InlineData("/metadata/identity/oauth2/token." + Query)]
    [InlineData("/metadata/identity/oauth2/token;x=1" + Query)]
    [InlineData("/metadata%20/identity/oauth2/token" + Query)]
    [InlineData("/metadata/identity/oauth2%252Ftoken" + Query)]
    public async Task Target_NotUnderstood_GetsNoToken(string target)
    {
        await using var imds = await FakeImdsServer.StartAsync();
        (await RawHttp.GetAsync(imds.Endpoint, target)).Status.ShouldBe(404);
    }
}

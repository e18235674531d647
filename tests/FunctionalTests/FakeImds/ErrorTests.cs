using ImdsProxy.FakeImds;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.FakeImds;

public sealed class ErrorTests
{
    private const string NoHeader = """{ "error": "Bad request: . Required metadata header not specified" }""";
    private const string NoHeaderIdentity = """{"error":"invalid_request","error_description":"Required metadata header not specified"}""";
    private const string NoVersion = """{"error":"Bad request. api-version is invalid or was not specified in the request.","newest-versions":["2021-12-13","2021-11-15","2021-11-01"]}""";
    private const string NotFound = """{"error":"invalid_request","error_description":"Identity not found"}""";
    private const string Token = "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net";

    public static TheoryData<string, int, string> Targets => new()
    {
        { "/metadata/instance", 400, NoVersion },
        { "/metadata/instance?", 400, NoVersion },
        { "/metadata/instance?api-version=1999-01-01", 400, NoVersion },
        { "/metadata/identity/oauth2/token", 400, NoVersion },
        { "/metadata/scheduledevents", 400, NoVersion },
        { "/metadata/identity/getplatformmetadata?api-version=2018-02-01", 400, NoVersion },
        { "/metadata/instance/compute/location?api-version=2021-02-01", 400, "format=text" },
        { "/metadata/instance/compute?api-version=2021-02-01&format=xml", 400, "format" },
        { "/metadata/instance/compute/Location?api-version=2021-02-01&format=text", 404, "Not found" },
        { "/metadata/instances?api-version=2021-02-01", 404, "<HTML>" },
        { "/metadata/Identity/oauth2/token?api-version=2018-02-01&resource=r", 404, "HTTP Error 404" },
        { "/latest/meta-data/iam/security-credentials/", 404, "HTTP Error 404" },
        { "/", 404, "HTTP Error 404" },
        { "/metadata/identity/oauth2/token?api-version=2018-02-01", 400, "resource" },
        { Token + "&client_id=a&client_id=b", 400, "more than once" },
        { Token + "&client_id=a&object_id=b", 400, "invalid_request" },
        { Token + "&client_id=00000000-0000-0000-0000-000000000000", 400, NotFound },
        { Token + "&object_id=00000000-0000-0000-0000-000000000000", 400, NotFound },
        { Token + "&msi_res_id=/subscriptions/s", 400, NotFound },
    };

    public static TheoryData<string, string> TargetsWithoutHeader => new()
    {
        { "/metadata/instance?api-version=2021-02-01", NoHeader },
        { "/metadata/versions", NoHeader },
        { "/metadata/scheduledevents?api-version=2020-07-01", NoHeader },
        { "/metadata/identity/oauth2/token", NoHeaderIdentity },
        { Token, NoHeaderIdentity },
    };

    [Theory]
    [MemberData(nameof(Targets))]
    public async Task Request_Invalid_GetsImdsError(string target, int status, string contains)
    {
        await using var imds = await FakeImdsServer.StartAsync();
        var answer = await RawHttp.GetAsync(imds.Endpoint, target);
        answer.Status.ShouldBe(status);
        answer.Text.ShouldContain(contains, Case.Sensitive);
        answer.Header("Server").ShouldBe("IMDS/150.870.65.1854");
    }

    [Theory]
    [MemberData(nameof(TargetsWithoutHeader))]
    public async Task Request_WithoutMetadataHeader_GetsImdsExactError(string target, string body)
    {
        await using var imds = await FakeImdsServer.StartAsync();
        foreach (var request in new[] { RawRequest.Get(target).Without("Metadata"), RawRequest.Get(target).Without("Metadata").With("Metadata", "false"), RawRequest.Get(target).With("Metadata", "true") })
        {
            var answer = await RawHttp.SendAsync(imds.Endpoint, request);
            answer!.Status.ShouldBe(400);
            answer.Text.ShouldBe(body);
        }
    }

    [Fact]
    public async Task MetadataHeader_InCapitals_IsAccepted()
    {
        await using var imds = await FakeImdsServer.StartAsync();
        var request = RawRequest.Get("/metadata/versions").Without("Metadata").With("metadata", "True");
        (await RawHttp.SendAsync(imds.Endpoint, request))!.Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("POST", "/metadata/instance?api-version=2021-02-01")]
    [InlineData("DELETE", "/metadata/scheduledevents?api-version=2020-07-01")]
    [InlineData("get", Token)]
    [InlineData("POST", Token)]
    [InlineData("GET", "/metadata/identity/issuecredential?cred-api-version=2.0")]
    public async Task Method_ThatTheEndpointLacks_Gets405(string method, string target)
    {
        await using var imds = await FakeImdsServer.StartAsync();
        var answer = await RawHttp.SendAsync(imds.Endpoint, new RawRequest(method, target).With("Content-Length", "0"));
        answer!.Status.ShouldBe(405);
    }

    [Fact]
    public async Task Request_WithXForwardedFor_IsRefused()
    {
        await using var imds = await FakeImdsServer.StartAsync();
        var answer = await RawHttp.SendAsync(imds.Endpoint, RawRequest.Get(Token).With("X-Forwarded-For", "10.0.0.1"));
        answer!.Status.ShouldBe(400);
        answer.Text.ShouldNotContain("access_token");
    }
}

using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using ImdsProxy.FakeImds;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.FakeImds;

public sealed class EndpointTests
{
    private const string Json = "application/json; charset=utf-8";
    private const string Text = "text/plain; charset=utf-8";

    public static TheoryData<string, string, string> Answers => new()
    {
        { "/metadata/versions", Json, "\"2021-12-13\"" },
        { "/METADATA/versions", Json, "\"2021-12-13\"" },
        { "/metadata/instance?api-version=2021-02-01", Json, """{"compute":{""" },
        { "/metadata/instance?api-version=2021-02-01&format=text", Text, "compute/\nnetwork/" },
        { "/metadata/instance?api-version=2021-08-01&extended=true", Json, "\"network\":" },
        { "/metadata/instance/compute?api-version=2020-09-01&format=json", Json, "\"location\":\"westeurope\"" },
        { "/metadata/instance/compute/location?api-version=2021-02-01&format=text", Text, "westeurope" },
        { "/metadata/instance/compute/tagsList/1/value?api-version=2021-02-01&format=text", Text, "e5dbcd30-9b3d-4041-b791-ac23f9038175" },
        { "/metadata/instance/compute/tagsList?api-version=2021-02-01", Json, """{"name":"aks-managed-kubeletIdentityClientID","value":"e5dbcd30-9b3d-4041-b791-ac23f9038175"}""" },
        { "/metadata/instance/network/interface/0/ipv4/ipAddress/0/privateIpAddress?api-version=2021-02-01&format=text", Text, "10.224.0.4" },
        { "/metadata/instance/network/interface/0/ipv4/ipAddress/0/publicIpAddress?api-version=2021-02-01&format=text", Text, "" },
        { "/metadata/instance/network/interface/0?api-version=2021-02-01", Json, "\"macAddress\":\"000D3A4B5C6D\"" },
        { "/metadata/attested/document?api-version=2021-02-01&nonce=1234567890", Json, """{"encoding":"pkcs7","signature":""" },
        { "/metadata/identity/info?api-version=2018-02-01", Json, """{"tenantId":"6f1e8d2c-0b7a-4f53-9c64-5f2a7d3b9e10"}""" },
        { "/metadata/identity/getplatformmetadata?cred-api-version=2.0", Json, "\"clientId\":\"e5dbcd30-9b3d-4041-b791-ac23f9038175\"" },
        { "/metadata/scheduledevents?api-version=2020-07-01", Json, "\"EventStatus\":\"Scheduled\"" },
        { "/metadata/loadbalancer?api-version=2020-10-01", Json, "\"publicIpAddresses\":" },
        { "/metadata/reprovisiondata?api-version=2019-06-01", "text/xml; charset=utf-8", "ProvisioningSection" },
        { "/metadata/THIM/amd/certification", Json, "\"vcekCert\":" },
        { "/acc/tdquote", Json, "\"quote\":" },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task Endpoint_ValidRequest_AnswersAsImds(string target, string contentType, string contains)
    {
        await using var imds = await FakeImdsServer.StartAsync();
        var answer = await RawHttp.GetAsync(imds.Endpoint, target);
        answer.Status.ShouldBe(200);
        answer.Header("Content-Type").ShouldBe(contentType);
        answer.Header("Server").ShouldBe("IMDS/150.870.65.1854");
        answer.Text.ShouldContain(contains, Case.Sensitive);
    }

    [Fact]
    public async Task InstanceDocument_EachElement_CanBeRequestedAlone()
    {
        await using var imds = await FakeImdsServer.StartAsync();
        var whole = await RawHttp.GetAsync(imds.Endpoint, "/metadata/instance?api-version=2021-02-01");
        using var document = JsonDocument.Parse(whole.Body);
        foreach (var property in document.RootElement.GetProperty("compute").EnumerateObject().Where(p => p.Value.ValueKind is JsonValueKind.String))
        {
            var leaf = await RawHttp.GetAsync(imds.Endpoint, $"/metadata/instance/compute/{property.Name}?api-version=2021-02-01&format=text");
            leaf.Text.ShouldBe(property.Value.GetString(), property.Name);
        }
    }

    [Fact]
    public async Task ScheduledEvent_Approved_IsStarted()
    {
        await using var imds = await FakeImdsServer.StartAsync();
        const string Target = "/metadata/scheduledevents?api-version=2020-07-01";
        var approval = new RawRequest("POST", Target).WithBody($$"""{"StartRequests":[{"EventId":"{{ScheduledEvents.EventId}}"}]}""");
        (await RawHttp.SendAsync(imds.Endpoint, approval))!.Status.ShouldBe(200);
        (await RawHttp.GetAsync(imds.Endpoint, Target)).Text.ShouldContain("\"EventStatus\":\"Started\"");
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"StartRequests":[{"EventId":"another"}]}""")]
    [InlineData("""{"StartRequests":[{}]}""")]
    public async Task ScheduledEvent_InvalidApproval_IsRefused(string body)
    {
        await using var imds = await FakeImdsServer.StartAsync();
        const string Target = "/metadata/scheduledevents?api-version=2020-07-01";
        (await RawHttp.SendAsync(imds.Endpoint, new RawRequest("POST", Target).WithBody(body)))!.Status.ShouldBe(400);
        (await RawHttp.GetAsync(imds.Endpoint, Target)).Text.ShouldContain("\"DocumentIncarnation\":1");
    }

    [Fact]
    public async Task IssueCredential_Posted_ReturnsACertificateOfThatIdentity()
    {
        await using var imds = await FakeImdsServer.StartAsync();
        const string Target = "/metadata/identity/issuecredential?cred-api-version=2.0&client_id=2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6";
        var answer = await RawHttp.SendAsync(imds.Endpoint, new RawRequest("POST", Target).WithBody("{}"));
        using var json = JsonDocument.Parse(answer!.Body);
        json.RootElement.GetProperty("client_id").GetString().ShouldBe("2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6");
        json.RootElement.GetProperty("tenant_id").GetString().ShouldNotBeNullOrEmpty();
        var certificate = Convert.FromBase64String(json.RootElement.GetProperty("certificate").GetString()!);
        X509CertificateLoader.LoadCertificate(certificate)
            .Subject.ShouldContain("2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6");
    }
}

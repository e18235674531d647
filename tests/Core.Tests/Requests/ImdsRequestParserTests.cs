using ImdsProxy.Core.Requests;
using Shouldly;
using Xunit;

namespace ImdsProxy.Core.Tests.Requests;

public sealed class ImdsRequestParserTests
{
    private const string Token = "/metadata/identity/oauth2/token";

    [Theory]
    [InlineData("/metadata/instance?", "/metadata/instance")]
    [InlineData("/METADATA/instance/", "/metadata/instance")]
    [InlineData("/metadata/instance?format=JSON&api-version=2021-02-01", "/metadata/instance?api-version=2021-02-01&format=json")]
    [InlineData(Token + "?resource=https://vault.azure.net/&api-version=2018-02-01", Token + "?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net%2F")]
    [InlineData(Token + "?client_id=2BC9E0C4-4EDD-4C1B-9972-3A095D2BDCE6", Token + "?client_id=2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6")]
    [InlineData(
        Token + "?mi_res_id=/SUBSCRIPTIONS/s/resourcegroups/RG/providers/microsoft.managedidentity/USERASSIGNEDIDENTITIES/Id",
        Token + "?mi_res_id=%2Fsubscriptions%2Fs%2FresourceGroups%2FRG%2Fproviders%2FMicrosoft.ManagedIdentity%2FuserAssignedIdentities%2FId")]
    [InlineData(Token + "?zeta=1&resource=r&alpha=2", Token + "?resource=r&zeta=1&alpha=2")]
    [InlineData("/", "/")]
    [InlineData("/latest/meta-data/", "/latest/meta-data")]
    [InlineData("/metadata/THIM/amd/certification", "/metadata/THIM/amd/certification")]
    [InlineData("/METADATA", "/metadata")]
    [InlineData("/METADATA/x/metadata", "/metadata/x/metadata")]
    [InlineData("/METADATAX/y", "/METADATAX/y")]
    [InlineData(Token + "?resource=https%3a%2f%2fvault.azure.net", Token + "?resource=https%3A%2F%2Fvault.azure.net")]
    [InlineData(Token + "?bypass_cache=TRUE", Token + "?bypass_cache=true")]
    [InlineData(Token + "?bypass_cache=False", Token + "?bypass_cache=false")]
    [InlineData(Token + "?xms_cc=cp1,llt", Token + "?xms_cc=cp1%2Cllt")]
    public void Parse_ValidRequest_RendersCanonically(string target, string canonical) =>
        ImdsRequestParser.ParseTarget("GET", target).Request.ShouldNotBeNull().PathAndQuery.ShouldBe(canonical);

    [Theory]
    [InlineData("")]
    [InlineData("metadata/instance")]
    [InlineData("/metadata/instance//")]
    [InlineData("//")]
    [InlineData("/metadata/instance/.")]
    [InlineData("/metadata/instance./compute")]
    [InlineData("/metadata/INSTANCE/compute")]
    [InlineData("/metadata/thim/amd/certification")]
    [InlineData("/ACC/tdquote")]
    [InlineData("/metadata/ScheduledEvents")]
    [InlineData("/metadata/identity/oauth2/TOKEN/")]
    [InlineData("/metadata/instance?api-version")]
    [InlineData("/metadata/instance?=2021-02-01")]
    [InlineData("/metadata/instance?api-version=2021-02-01&")]
    [InlineData("/metadata/instance?api-version=")]
    [InlineData("/metadata/instance?API-Version=2021-02-01")]
    [InlineData("/metadata/instance?foo=1&FOO=2")]
    [InlineData("/metadata/instance?format=xml")]
    [InlineData("/metadata/instance?a b=1")]
    [InlineData("/metadata/instance?a=1\t")]
    [InlineData("/metadata/instance?api-version=2021-02-01%")]
    [InlineData("/metadata/instance?api-version=2021-02-01%2")]
    [InlineData("/metadata/instance?api-version=%2g")]
    [InlineData("/metadata/instance?api-version=%g2")]
    [InlineData("/metadata/instance?api-version=2021:02")]
    [InlineData(Token + "?resource=(a)")]
    [InlineData(Token + "?resource=a,b")]
    [InlineData(Token + "?xms_cc=cp1:llt")]
    [InlineData(Token + "?bypass_cache=1")]
    [InlineData(Token + "?client_id=2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6&object_id=b62ac7a4-999d-4dd9-8696-5b91e9b0e6d1")]
    [InlineData(Token + "?client_id=2bc9e0c44edd4c1b99723a095d2bdce6")]
    [InlineData(Token + "?client_id={2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6}")]
    [InlineData(Token + "?client_id=%202bc9e0c4-4edd-4c1b-9972-3a095d2bdce6")]
    [InlineData(Token + "?msi_res_id=/subscriptions/s/resourceGroups/../providers/Microsoft.ManagedIdentity/userAssignedIdentities/id")]
    [InlineData(Token + "?msi_res_id=/subscriptions/s/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id/")]
    [InlineData(Token + "?msi_res_id=/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm")]
    [InlineData(Token + "?msi_res_id=subscriptions/s/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id")]
    [InlineData(Token + "?a=1&b=1&c=1&d=1&e=1&f=1&g=1&h=1&i=1&j=1&k=1&l=1&m=1&n=1&o=1&p=1&q=1")]
    [InlineData(Token + "?resource")]
    [InlineData(Token + "?=a")]
    [InlineData(Token + "?&resource=a")]
    [InlineData(Token + "?foo=1&FOO=2")]
    public void Parse_Malformed_IsRejected(string target) =>
        ImdsRequestParser.ParseTarget("GET", target).Error.ShouldNotBeNull();

    [Fact]
    public void Parse_MaximumNumberOfParameters_KeepsTheirOrder()
    {
        var query = string.Join('&', Enumerable.Range(0, 16).Select(i => $"{(char)('p' - i)}={i}"));

        var request = ImdsRequestParser.ParseTarget("GET", Token + "?" + query).Request.ShouldNotBeNull();

        request.Extra.Length.ShouldBe(16);
        request.PathAndQuery.ShouldBe(Token + "?" + query);
    }

    // part of a value | how often it occurs | how the value ends | whether the value is short enough, as it came and as it is sent
    [Theory]
    [InlineData("a", 1024, "", true)]
    [InlineData("a", 1025, "", false)]
    [InlineData("%61", 341, "a", true)]
    [InlineData("%61", 341, "aa", false)]
    [InlineData(":", 341, "a", true)]
    [InlineData(":", 341, "aa", false)]
    public void Parse_LongValue_IsAcceptedUpTo1024Characters(string part, int count, string end, bool accepted) =>
        ImdsRequestParser.ParseTarget("GET", Token + "?resource=" + string.Concat(Enumerable.Repeat(part, count)) + end).IsParsed.ShouldBe(accepted);

    [Theory]
    [InlineData("POST")]
    [InlineData("HEAD")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("PATCH")]
    [InlineData("OPTIONS")]
    public void Parse_MethodOnUnknownPath_IsLeftToThePolicy(string method) =>
        ImdsRequestParser.ParseTarget(method, "/latest/api/token").Request.ShouldNotBeNull().Method.ShouldBe(method);

    [Theory]
    [InlineData("POST", Token)]
    [InlineData("HEAD", "/metadata/instance")]
    [InlineData("GET", "/metadata/identity/issuecredential")]
    [InlineData("PUT", "/metadata/scheduledevents")]
    [InlineData("Get", "/metadata/instance")]
    [InlineData("PROPFIND", "/")]
    [InlineData("", "/")]
    public void Parse_MethodThatTheEndpointLacks_IsRejected(string method, string target) =>
        ImdsRequestParser.ParseTarget(method, target).Error.ShouldNotBeNull();

    [Theory]
    [InlineData("Host", "a")]
    [InlineData("X-Forwarded-For", "")]
    [InlineData("x-forwarded-for", "10.0.0.1")]
    [InlineData("Transfer-Encoding", "chunked")]
    [InlineData("Content-Length", "1")]
    [InlineData("Content-Length", "-1")]
    [InlineData("Content-Length", "+0")]
    [InlineData("Content-Length", " 0")]
    [InlineData("Content-Length", "0,0")]
    [InlineData("X-Content-Length", "1")]
    [InlineData("METADATA", "true")]
    public void Parse_AmbiguousHeaders_IsRejected(string name, string value)
    {
        var headers = new TestHeaders([new("Host", "169.254.169.254"), new("Metadata", "true"), new(name, value)]);

        ImdsRequestParser.Parse("GET", "/metadata/instance", headers).Error.ShouldNotBeNull();
    }

    [Theory]
    [InlineData("Transfer-Encoding", "gzip, chunked", "", "")]
    [InlineData("Transfer-Encoding", "Chunked", "", "")]
    [InlineData("Transfer-Encoding", "chunked", "Transfer-Encoding", "chunked")]
    [InlineData("Transfer-Encoding", "chunked", "X-Content-Length", "4")]
    [InlineData("Content-Length", "4", "Content-Length", "4")]
    public void Parse_PostWithAmbiguousFraming_IsRejected(string name, string value, string second, string secondValue)
    {
        KeyValuePair<string, string>[] headers = [new("Host", "h"), new(name, value), .. second.Length == 0 ? [] : new KeyValuePair<string, string>[] { new(second, secondValue) }];

        ImdsRequestParser.Parse("POST", "/metadata/scheduledevents", new TestHeaders(headers)).Error.ShouldNotBeNull();
    }

    [Theory]
    [InlineData("Metadata", "true")]
    [InlineData("Host", "")]
    public void Parse_WithoutHost_IsRejected(string name, string value) =>
        ImdsRequestParser.Parse("GET", "/metadata/instance", new TestHeaders([new(name, value)])).Error.ShouldNotBeNull();

    [Fact]
    public void Parse_BodyOfPostToUnknownPath_IsRejected() =>
        ImdsRequestParser.Parse("POST", "/latest/api/token", new TestHeaders([new("Host", "h"), new("Content-Length", "1")])).Error.ShouldNotBeNull();

    [Fact]
    public void Error_ContainsNoParameterValue()
    {
        var error = ImdsRequestParser.ParseTarget("GET", Token + "?resource=https://se%00cret").Error.ShouldNotBeNull();

        error.Message.ShouldNotContain("cret");
    }
}

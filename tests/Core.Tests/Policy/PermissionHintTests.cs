using System.Collections.Immutable;
using System.Text;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Credentials;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Deciding;
using ImdsProxy.Core.Policy.Explaining;
using ImdsProxy.Core.Policy.Reading;
using ImdsProxy.Core.Requests;
using Shouldly;
using Xunit;

namespace ImdsProxy.Core.Tests.Policy;

public sealed class PermissionHintTests
{
    private const string AdxIngest = "2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6";
    private const string Other = "e5dbcd30-9b3d-4041-b791-ac23f9038175";
    private const string Token = "/metadata/identity/oauth2/token?api-version=2018-02-01";
    private const string Kusto = Token + "&resource=https%3A%2F%2Fapi.kusto.windows.net%2F";

    private static readonly PodIdentity Pod = new("shop", "web-1", "u", "web", null, ImmutableDictionary<string, string>.Empty);
    private static readonly PodIdentity Neighbour = new("shop", "cart-1", "v", "cart", null, ImmutableDictionary<string, string>.Empty);

    [Theory]
    [InlineData("GET", "/metadata/instance?api-version=2021-02-01")]
    [InlineData("GET", "/metadata/instance/compute/location?format=text&api-version=2021-02-01&x=1&y=2")]
    [InlineData("GET", Kusto + "&client_id=" + AdxIngest)]
    [InlineData("GET", Kusto + "&client_id=" + Other)]
    [InlineData("GET", Kusto + "&object_id=b62ac7a4-999d-4dd9-8696-5b91e9b0e6d1&authority=a")]
    [InlineData("GET", Token + "&client_id=" + AdxIngest)]
    [InlineData("POST", "/metadata/scheduledevents?api-version=2019-08-01")]
    [InlineData("POST", "/metadata/identity/issuecredential?cred-api-version=2.0&client_id=" + AdxIngest)]
    [InlineData("GET", "/metadata/attested/document?nonce=1")]
    [InlineData("GET", "/latest/meta-data")]
    public void For_DeniedRequest_AllowsExactlyThatRequest(string method, string target)
    {
        var request = Request(method, target);
        Compile("").Decide(new Caller.Pod(Pod), request).ShouldBeOfType<Denial>();

        var policy = Compile(Rule(PermissionHint.For(Compile(""), Pod, request)));

        policy.Decide(new Caller.Pod(Pod), request).ShouldBeOfType<Permit>();
        policy.Decide(new Caller.Pod(Neighbour), request).ShouldBeOfType<Denial>();
        policy.Decide(new Caller.Pod(Pod), Request("GET", "/metadata/versions")).ShouldBeOfType<Denial>();
    }

    [Theory]
    [InlineData(Kusto)]
    [InlineData(Kusto + "&object_id=" + Other)]
    public void For_UnknownIdentity_ContainsAPlaceholder(string target)
    {
        var hint = PermissionHint.For(Compile(""), Pod, Request("GET", target));

        hint.Permission.ShouldContain("\"identities\": [\"CLIENT_ID\"]");
        hint.Notes.ShouldHaveSingleItem().ShouldContain("CLIENT_ID");
        PolicyLoader.Load(Document(Rule(hint))).Document.ShouldBeNull();
    }

    [Fact]
    public void For_Answer_NamesItsIdentityByAlias()
    {
        var hint = PermissionHint.For(Compile(""), Pod, Request("GET", Kusto), new CredentialAnswer(AdxIngest, "https://api.kusto.windows.net"));

        hint.Permission.ShouldBe("""{ "path": "/metadata/identity/oauth2/token", "identities": ["adx"], "resources": ["https://api.kusto.windows.net"] }""");
        hint.Notes.ShouldBeEmpty();
    }

    private static ImdsRequest Request(string method, string target) =>
        ImdsRequestParser.ParseTarget(method, target).Request.ShouldNotBeNull();

    private static PolicySnapshot Compile(string rules)
    {
        var load = PolicyLoader.Load(Document(rules));
        return PolicySnapshot.Compile(load.Document.ShouldNotBeNull(string.Join('\n', load.Problems)));
    }

    private static string Rule(PermissionHint hint) =>
        $$"""{"name":"hinted","workloads":[{{hint.Workload}}],"allow":[{{hint.Permission}}]}""";

    private static byte[] Document(string rules) => Encoding.UTF8.GetBytes(
        $$$"""{"version":1,"mode":"enforce","identities":{"adx":{"clientId":"{{{AdxIngest}}}","objectId":"b62ac7a4-999d-4dd9-8696-5b91e9b0e6d1"}},"rules":[{{{rules}}}]}""");
}

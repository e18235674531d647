using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Deciding;
using ImdsProxy.Core.Policy.Explaining;
using ImdsProxy.Core.Requests;
using Shouldly;
using Xunit;

namespace ImdsProxy.Core.Tests.Policy;

/// <summary>Which requests one permission matches, and what differs if it does not match.</summary>
public sealed class PermissionMatchTests
{
    private const string Events = "/metadata/scheduledevents";
    private const string Certificate = "/metadata/identity/issuecredential";
    private const string Web = "&client_id=" + Scene.Web;
    private const string VaultToken = Scene.Token + "?resource=" + Scene.Vault;
    private const string Unresolved = "&object_id=aaaaaaaa-0000-4000-8000-000000000001";

    [Theory]
    [InlineData("/metadata/instance/**", "GET", "GET /metadata/instance", MatchResult.Match)]
    [InlineData("/metadata/instance/**", "GET", "GET /metadata/instance/compute/location", MatchResult.Match)]
    [InlineData("/metadata/instance/*", "GET", "GET /metadata/instance/compute", MatchResult.Match)]
    [InlineData("/metadata/instance/*", "GET", "GET /metadata/instance", MatchResult.Path)]
    [InlineData("/metadata/instance/*", "GET", "GET /metadata/instance/compute/location", MatchResult.Path)]
    [InlineData("/metadata/instance/compute/**", "GET", "GET /metadata/instance/computer", MatchResult.Path)]
    [InlineData("/metadata/instance/compute", "GET", "GET /metadata/instance/Compute", MatchResult.Path)]
    [InlineData("/**", "GET", "GET /metadata/instance", MatchResult.Match)]
    [InlineData("/**", "GET", "GET /latest/meta-data", MatchResult.Wildcard)]
    [InlineData("/latest/meta-data", "GET", "GET /latest/meta-data", MatchResult.Match)]
    [InlineData("/metadata/**", "GET", "GET " + Scene.Token, MatchResult.Wildcard)]
    [InlineData("/metadata/identity/oauth2/*", "GET", "GET " + Scene.Token, MatchResult.Wildcard)]
    [InlineData("/metadata/*/oauth2/token", "GET", "GET " + Scene.Token, MatchResult.Wildcard)]
    [InlineData(Scene.Token, "GET", "GET " + Scene.Token, MatchResult.Match)]
    [InlineData("/metadata/identity/*", "GET,POST", "POST " + Certificate, MatchResult.Wildcard)]
    [InlineData(Certificate, "POST", "POST " + Certificate, MatchResult.Match)]
    [InlineData("/metadata/attested/**", "GET", "GET /metadata/attested/document", MatchResult.Wildcard)]
    [InlineData("/metadata/*", "GET,POST", "POST " + Events, MatchResult.Wildcard)]
    [InlineData("/metadata/*", "GET,POST", "GET " + Events, MatchResult.Match)]
    [InlineData(Events, "GET,POST", "POST " + Events, MatchResult.Match)]
    [InlineData(Events, "GET", "POST " + Events, MatchResult.Method)]
    public void Allow_PathAndMethod_MatchWhatIsWritten(string path, string methods, string request, MatchResult result)
    {
        var policy = Allowing(Cluster.Allow(path, methods.Split(',')));
        ResultOf(policy, Request(request)).ShouldBe(result);
        (policy.Decide(Scene.Pod, Request(request)) is Permit).ShouldBe(result == MatchResult.Match);
    }

    [Theory]
    [InlineData(VaultToken, MatchResult.Match)]
    [InlineData(VaultToken + Web, MatchResult.Match)]
    [InlineData(VaultToken + "&mi_res_id=" + Scene.WebResourceId, MatchResult.Match)]
    [InlineData(VaultToken + "&client_id=" + Scene.Other, MatchResult.Identity)]
    [InlineData(VaultToken + Unresolved, MatchResult.UnresolvedIdentity)]
    [InlineData(Scene.Token + "?resource=https://vault.azure.net.test", MatchResult.Resource)]
    [InlineData(Scene.Token, MatchResult.Resource)]
    [InlineData(VaultToken + "&foo=1", MatchResult.Match)]
    [InlineData(VaultToken + "&FOO=1", MatchResult.Parameter)]
    [InlineData(VaultToken + "&foo=1&bar=1", MatchResult.Parameter)]
    public void Allow_IdentityResourceAndParameters_MatchWhatIsWritten(string target, MatchResult result)
    {
        var policy = Scene.Policy($$"""
            "allow":[{"path":"{{Scene.Token}}","identities":["web"],"resources":["{{Scene.Vault}}"],"extraQuery":["foo"]}]
            """);
        ResultOf(policy, Scene.Get(target)).ShouldBe(result);
        (policy.Decide(Scene.Pod, Scene.Get(target)) is Permit).ShouldBe(result == MatchResult.Match);
    }

    [Fact]
    public void Allow_CredentialWithoutIdentitiesOrResources_MatchesNone()
    {
        var allow = Cluster.Allow(Scene.Token);
        ResultOf(Allowing(allow with { Identities = default }), Scene.Get(VaultToken + Web)).ShouldBe(MatchResult.Identity);
        ResultOf(Allowing(allow with { Resources = default }), Scene.Get(VaultToken + Web)).ShouldBe(MatchResult.Resource);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(9)]
    public void Allow_AnyNumberOfResources_MatchesTheseAlone(int count)
    {
        var resources = Enumerable.Range(1, count).Select(static n => $"https://r{n}.test/Path").ToList();
        var policy = Allowing(Cluster.Allow(Scene.Token) with { Resources = [.. resources] });
        foreach (var resource in resources)
        {
            ResultOf(policy, Asking(resource)).ShouldBe(MatchResult.Match);
            ResultOf(policy, Asking(resource.Replace("Path", "path", StringComparison.Ordinal))).ShouldBe(MatchResult.Resource);
        }

        ResultOf(policy, Asking("https://r10.test/Path")).ShouldBe(MatchResult.Resource);

        static ImdsRequest Asking(string resource) => Scene.Get($"{Scene.Token}?resource={resource}");
    }

    [Theory]
    [InlineData("""{"path":"/metadata/Instance/**"}""", "GET /metadata/instance/compute", MatchResult.Match)]
    [InlineData("""{"path":"/metadata/instance/**"}""", "GET " + Events, MatchResult.Path)]
    [InlineData("""{"methods":["POST"]}""", "POST " + Events, MatchResult.Match)]
    [InlineData("""{"methods":["POST"]}""", "GET " + Events, MatchResult.Method)]
    [InlineData("""{"resources":["https://vault.azure.net"]}""", "GET " + VaultToken, MatchResult.Match)]
    [InlineData("""{"resources":["https://vault.azure.net"]}""", "GET " + Scene.Token + "?resource=HTTPS://Vault.azure.net//", MatchResult.Match)]
    [InlineData("""{"resources":["https://vault.azure.net"]}""", "GET " + Scene.Token + "?resource=a", MatchResult.Resource)]
    [InlineData("""{"resources":["https://vault.azure.net"]}""", "GET " + Scene.Token, MatchResult.Resource)]
    [InlineData("""{"resources":["https://vault.azure.net"]}""", "POST " + Certificate, MatchResult.Match)]
    [InlineData("""{"resources":["https://vault.azure.net"]}""", "GET /metadata/instance", MatchResult.Path)]
    [InlineData("""{"identities":["web"]}""", "GET " + VaultToken + Web, MatchResult.Match)]
    [InlineData("""{"identities":["web"]}""", "GET " + VaultToken + "&client_id=" + Scene.Other, MatchResult.Identity)]
    [InlineData("""{"identities":["web"]}""", "GET " + VaultToken, MatchResult.WaitsForAnswer)]
    [InlineData("""{"identities":["web"]}""", "GET " + VaultToken + Unresolved, MatchResult.WaitsForAnswer)]
    [InlineData("""{"identities":["*"]}""", "GET " + VaultToken, MatchResult.Match)]
    [InlineData("""{"identities":["web"]}""", "GET /metadata/instance", MatchResult.Path)]
    [InlineData("""{"identities":["web"],"resources":["a"]}""", "GET " + VaultToken + Web, MatchResult.Resource)]
    [InlineData("""{"identities":["web"],"resources":["a"]}""", "GET " + Scene.Token + "?resource=a" + Web, MatchResult.Match)]
    public void Deny_Request_MatchesBroadly(string deny, string request, MatchResult result)
    {
        var policy = Scene.Policy($"\"deny\":[{deny}]");
        ResultOf(policy, Request(request)).ShouldBe(result);
        (policy.Decide(Scene.Pod, Request(request)).Reason == Reason.DenyRule).ShouldBe(result == MatchResult.Match);
    }

    // The first deny does not match, so the search must continue.
    [Fact]
    public void Deny_SecondOfARule_Matches() =>
        Scene.Policy("\"deny\":[{\"identities\":[\"other\"]},{\"identities\":[\"web\"]}]").Decide(Scene.Pod, Scene.Get(VaultToken + Web)).Reason.ShouldBe(Reason.DenyRule);

    [Fact]
    public void Allow_TwoViewsOfOneRequest_ShowWhatEitherShows() =>
        Scene.Policy("""
            "allow":[{"path":"/metadata/instance","redact":["compute.tags"]},{"path":"/metadata/instance/**","redact":["compute.location"]}]
            """)
            .Decide(Scene.Pod, Scene.Get("/metadata/instance")).ShouldBeOfType<Permit>()
            .View.ShouldNotBeNull().ToString().ShouldBe("redact [compute.tags] or redact [compute.location]");

    // A selector names the identity, so the pins do not apply.
    [Theory]
    [InlineData("&client_id=" + Cluster.IngestId, Reason.Rule)]
    [InlineData(Unresolved, Reason.Rule)]
    [InlineData("", Reason.PinAmbiguous)]
    public void Allow_SeveralPins_ConcernRequestsWithoutSelectorOnly(string selector, Reason reason)
    {
        var pins = new[] { "kubelet", "adx-ingest", "kubelet" }.Select(static alias => Cluster.Allow(Scene.Token) with { AsIdentity = alias });
        var request = Scene.Get(VaultToken + selector);
        var decision = Allowing([.. pins]).Decide(Scene.Pod, request);
        decision.Reason.ShouldBe(reason);
        decision.Request.ShouldBeSameAs(request);
    }

    private static PolicySnapshot Allowing(params AllowPermission[] allow) =>
        PolicySnapshot.Compile(Cluster.Document(PolicyMode.Enforce, Cluster.Rule("one", allow, [])));

    private static ImdsRequest Request(string text) => Cluster.Request(text.Split(' ')[1], text.Split(' ')[0]);

    private static MatchResult ResultOf(PolicySnapshot policy, ImdsRequest request) =>
        RuleExplanation.AllOf(policy, ((Caller.Pod)Scene.Pod).Identity, request).Single().Permissions.Single().Result;
}

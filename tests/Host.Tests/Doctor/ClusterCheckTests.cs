using System.Net;
using System.Text.Json.Nodes;
using ImdsProxy.Doctor.Cluster;
using ImdsProxy.Doctor.Surroundings;
using ImdsProxy.Kubernetes;
using ImdsProxy.TestKit.FakeKubernetes;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Doctor;

/// <summary>The checks that ask the API server and the proxy.</summary>
public sealed class ClusterCheckTests : IAsyncLifetime
{
    private const string Namespace = "imds-proxy";

    private static readonly Place Proxy = new(OnNode: true, "proxy");

    private FakeApiServer _api = null!;

    public async ValueTask InitializeAsync() => _api = await FakeApiServer.StartAsync();

    public async ValueTask DisposeAsync() => await _api.DisposeAsync();

    // The rights as the chart's roles grant them. Each case adds or removes one, in the form VERBS RESOURCE [NAME].
    [Theory]
    [InlineData("", "", "Good", "and no other.")]
    [InlineData("list,watch pods", "", "Broken", "missing: list pods")]
    [InlineData("create events", "", "Broken", "missing: create events")]
    [InlineData("list,watch configmaps policy,override", "", "Broken", "missing: watch configmaps (only policy, override)")]
    [InlineData("list,watch configmaps policy,override", "list,watch configmaps policy", "Broken", "missing: list configmaps")]
    [InlineData("", "get secrets", "Warning", "too many: get secrets")]
    [InlineData("", "list,watch configmaps", "Warning", "too many: list configmaps")]
    [InlineData("", "delete pods", "Warning", "too many: delete pods")]
    [InlineData("", "* *", "Warning", "too many: * *")]
    public async Task Rights_OfTheAccount_AreComparedWithThoseInUse(string taken, string added, string state, string words)
    {
        string[] granted = ["list,watch pods", "create events", "list,watch configmaps policy,override"];
        _api.Rights = Rights(incomplete: false, [.. granted.Where(one => one != taken), added]);

        await Rights().ShouldFindAsync(state, words);
        await new ApiServerCheck(Reader()).ShouldFindAsync("Good", "answers");
    }

    [Theory]
    [InlineData(false, false, "list pods, watch pods")]
    [InlineData(true, false, "create events, list pods, watch pods")]
    [InlineData(false, true, "get nodes, patch nodes, list pods, watch pods")]
    public void NeededRights_WithoutConfigMaps_FollowTheSettings(bool events, bool taint, string rights) =>
        string.Join(", ", NeededRights.Of(events, taint, [])).ShouldBe(rights);

    [Fact]
    public async Task Rights_OfAnotherAuthorizer_AreSaidToBeUnknown()
    {
        _api.Rights = Rights(incomplete: true, "list,watch pods", "create events", "list,watch configmaps policy,override");

        await Rights().ShouldFindAsync("Good", "another authorizer of the cluster does not tell");
    }

    [Fact]
    public async Task ApiServer_ThatRefusesTheToken_IsBroken()
    {
        _api.Token = "another-token";

        var reader = Reader();
        await new ApiServerCheck(reader).ShouldFindAsync("Broken", "rejected the token (401");
        await new RightsCheck(reader, []).ShouldFindAsync("NotApplicable", "see api-server");
    }

    [Fact]
    public async Task ApiServer_ThatIsDown_IsBroken()
    {
        var reader = new RightsReader(new KubeSettings(new Uri("http://127.0.0.1:1"), null, null), null, Namespace, TimeProvider.System);

        await new ApiServerCheck(reader).ShouldFindAsync("Broken", "is unreachable");
    }

    [Fact]
    public async Task ApiServer_WithoutAnAccount_DoesNotApply()
    {
        var reader = new RightsReader(null, "No account.", Namespace, TimeProvider.System);

        await new ApiServerCheck(reader).ShouldFindAsync("NotApplicable", "No account.");
        await new RightsCheck(reader, []).ShouldFindAsync("NotApplicable", "No account.");
    }

    [Theory]
    [InlineData(null, "NotApplicable", "No chart")]
    [InlineData("0.1.0", "Good", "both have version 0.1.0")]
    [InlineData("0.2.0", "Warning", "The container proxy has version 0.1.0, and the chart is made for 0.2.0")]
    public async Task Versions_OfProgramAndChart_AreCompared(string? chart, string state, string words) =>
        await new VersionCheck(Proxy, "0.1.0", chart).ShouldFindAsync(state, words);

    [Fact]
    public async Task Proxy_ThatDoesNotListen_IsBroken() =>
        await new ProxyCheck(Proxy, new IPEndPoint(IPAddress.Loopback, 1)).ShouldFindAsync("Broken", "nothing answers at 127.0.0.1:1");

    [Fact]
    public async Task Proxy_InTheOtherContainer_DoesNotApply() =>
        await new ProxyCheck(new Place(OnNode: true, "redirect"), new IPEndPoint(IPAddress.Loopback, 1)).ShouldFindAsync("NotApplicable", "run doctor in the container proxy");

    private RightsCheck Rights() => new(Reader(), NeededRights.Of(events: true, startupTaint: false, ["policy", "override"]));

    private RightsReader Reader() => new(new KubeSettings(_api.Address, _api.TokenFile, _api.CaFile), null, Namespace, TimeProvider.System);

    // As the API server writes it: what every account may do is among the rules.
    private static JsonObject Rights(bool incomplete, params string[] rights) => new()
    {
        ["incomplete"] = incomplete,
        ["resourceRules"] = new JsonArray(
        [
            Rule(["create"], "authorization.k8s.io", ["selfsubjectaccessreviews", "selfsubjectrulesreviews"], null),
            Rule(["create"], "authentication.k8s.io", ["selfsubjectreviews"], null),
            .. rights.Where(static right => right.Length > 0).Select(static right => right.Split(' ')).Select(static words =>
                Rule(words[0].Split(','), words[1] == "*" ? "*" : "", [words[1]], words.Length > 2 ? words[2].Split(',') : null)),
        ]),
    };

    private static JsonObject Rule(string[] verbs, string apiGroup, string[] resources, string[]? names)
    {
        var rule = new JsonObject { ["verbs"] = List(verbs), ["apiGroups"] = List([apiGroup]), ["resources"] = List(resources) };
        if (names is not null)
        {
            rule["resourceNames"] = List(names);
        }

        return rule;
    }

    private static JsonArray List(IEnumerable<string> texts) => [.. texts.Select(static text => (JsonNode)text)];
}

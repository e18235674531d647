using ImdsProxy.Runtime;
using ImdsProxy.Serving.Cluster;
using ImdsProxy.TestKit;
using ImdsProxy.TestKit.FakeKubernetes;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.Kubernetes;

/// <summary>The whole proxy removes the startup taint from its node once both conditions hold, and not before.</summary>
public sealed class StartupTaintTests : IAsyncLifetime
{
    private const string Key = "node.imdsproxy.io/not-ready";
    private const string Ours = Key + "=true:NoSchedule";
    private const string Others = "node.cloudprovider.kubernetes.io/uninitialized=true:NoSchedule";
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("imds-proxy-redirect-");
    private FakeApiServer _api = null!;

    private string StateFile => Path.Combine(_directory.FullName, "state.json");

    private RedirectReportFile Redirect => new(StateFile, TimeProvider.System);

    private IEnumerable<string> Taints => _api.Cluster.Taints(FakePods.Node);

    public async ValueTask InitializeAsync()
    {
        _api = await FakeApiServer.StartAsync();
        PutPolicy("enforce");
        PutNode(Ours, Others);
    }

    public async ValueTask DisposeAsync()
    {
        await _api.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    [Theory]
    [InlineData("enforce")]
    [InlineData("audit")]
    public async Task Taint_OnceBothConditionsHold_IsRemovedAndOthersStay(string mode)
    {
        PutPolicy(mode);
        Redirect.Tell(inPlace: true, Long);
        await using var proxy = await StartAsync();

        await LeftAsync(Others);

        await Eventually.HoldsAsync(() => _api.Events.Count > 0);
        var told = _api.Events.ShouldHaveSingleItem();
        told["type"]!.ToString().ShouldBe("Normal");
        told["reason"]!.ToString().ShouldBe("ImdsStartupTaintRemoved");
        told["metadata"]!["namespace"]!.ToString().ShouldBe("default");
        told["involvedObject"]!["kind"]!.ToString().ShouldBe("Node");
        told["involvedObject"]!["uid"]!.ToString().ShouldBe(_api.Cluster.Get("nodes", "", FakePods.Node)!["metadata"]!["uid"]!.ToString());
    }

    [Fact]
    public async Task Taint_UntilTheRedirectReports_StaysWithoutApiRequests()
    {
        await using var proxy = await StartAsync();
        await Eventually.HoldsAsync(() => proxy.IsReady);

        await ReadinessSaysAsync(proxy, "startup-taint", "the redirect has not reported yet");
        Redirect.Tell(inPlace: false, Long);
        await ReadinessSaysAsync(proxy, "startup-taint", "not every rule is in place");
        (await MetricAsync(proxy)).ShouldBe("1");
        Taints.ShouldBe([Ours, Others]);
        _api.Count("get").ShouldBe(0);

        Redirect.Tell(inPlace: true, Long);

        await LeftAsync(Others);
        await Eventually.HoldsAsync(async () => await MetricAsync(proxy) == "0");
        proxy.IsReady.ShouldBeTrue();
    }

    [Fact]
    public async Task Taint_WithoutAPolicyInForce_Stays()
    {
        _api.Cluster.Remove("configmaps", "security", "imds-policy");
        Redirect.Tell(inPlace: true, Long);
        await using var proxy = await StartAsync();

        await ReadinessSaysAsync(proxy, "startup-taint", "no valid policy has been loaded yet");
        Taints.ShouldBe([Ours, Others]);
        _api.Count("get").ShouldBe(0);

        PutPolicy("audit");

        await LeftAsync(Others);
    }

    [Fact]
    public async Task Taint_WithoutARedirect_IsRemovedOnceTheProxyIsReady()
    {
        await using var proxy = await ClusterProxy.StartAsync(_api, startupTaint: new StartupTaintOptions(Key, RedirectState: null));

        await LeftAsync(Others);
        proxy.IsReady.ShouldBeTrue();
    }

    [Fact]
    public async Task Taint_WithSeveralEffects_IsRemovedCompletely()
    {
        PutNode(Ours, Others, Key + "=:NoExecute");
        Redirect.Tell(inPlace: true, Long);
        await using var proxy = await StartAsync();

        await LeftAsync(Others);
    }

    [Fact]
    public async Task Taints_ChangedConcurrently_AreReadAgainAndPreserved()
    {
        const string theirs = "node.kubernetes.io/disk-pressure=:NoSchedule";
        var changes = 0;
        _api.BeforePatch = () =>
        {
            if (changes++ == 0)
            {
                PutNode(Ours, theirs);
            }
        };
        Redirect.Tell(inPlace: true, Long);
        await using var proxy = await StartAsync();

        await LeftAsync(theirs);
        _api.Count("patch").ShouldBe(2);
    }

    [Theory]
    [InlineData(409, "Conflict")]
    [InlineData(403, "Forbidden")]
    [InlineData(503, "ServiceUnavailable")]
    public async Task Api_ThatRefuses_IsRetriedWhileServingContinues(int status, string reason)
    {
        _api.Cluster.Put("pods", FakePods.Pod("web", "127.0.0.31", ns: "shop"));
        _api.Next("get", new FakeFault.Drop());
        _api.Next("patch", new FakeFault.Status(status, reason));
        Redirect.Tell(inPlace: true, Long);
        await using var proxy = await StartAsync();

        await Eventually.HoldsAsync(() => _api.Count("patch") > 0);
        (await proxy.AskAsync("127.0.0.31")).Status.ShouldBe(200);
        await LeftAsync(Others);
        proxy.IsReady.ShouldBeTrue();
    }

    [Fact]
    public async Task Node_WithoutTheTaint_IsLeftAlone()
    {
        PutNode(Others);
        Redirect.Tell(inPlace: true, Long);
        await using var proxy = await StartAsync();

        await Eventually.HoldsAsync(async () => await MetricAsync(proxy) == "0");
        _api.Count("patch").ShouldBe(0);
    }

    [Fact]
    public async Task Proxy_WithoutTheFlag_RequestsNoNode()
    {
        Redirect.Tell(inPlace: true, Long);
        await using var proxy = await ClusterProxy.StartAsync(_api);
        await Eventually.HoldsAsync(() => proxy.IsReady);

        (await MetricAsync(proxy)).ShouldBeNull();
        _api.Count("get").ShouldBe(0);
        Taints.ShouldBe([Ours, Others]);
    }

    private void PutPolicy(string mode) =>
        _api.Cluster.Put("configmaps", FakeConfigMaps.Map("security", "imds-policy", ("policy.json", ClusterProxy.Policy("shop", mode))));

    private void PutNode(params string[] taints) => _api.Cluster.Put("nodes", FakeNodes.Node(FakePods.Node, taints));

    private Task<ClusterProxy> StartAsync() => ClusterProxy.StartAsync(_api, startupTaint: new StartupTaintOptions(Key, StateFile));

    private Task LeftAsync(params string[] taints) => Eventually.HoldsAsync(() => Taints.SequenceEqual(taints, StringComparer.Ordinal));

    private static Task ReadinessSaysAsync(ClusterProxy proxy, string check, string why) => Eventually.HoldsAsync(async () =>
    {
        using var http = new HttpClient { BaseAddress = proxy.Management };
        using var answer = await http.GetAsync(new Uri("readyz", UriKind.Relative));
        var said = await answer.Content.ReadAsStringAsync();
        return said.Contains(check, StringComparison.Ordinal) && said.Contains(why, StringComparison.Ordinal);
    });

    // Null if the metric does not exist.
    private static async Task<string?> MetricAsync(ClusterProxy proxy)
    {
        using var http = new HttpClient { BaseAddress = proxy.Management };
        var lines = (await http.GetStringAsync(new Uri("metrics", UriKind.Relative))).Split('\n');
        return lines.FirstOrDefault(static line => line.StartsWith("imds_proxy_startup_taint_pending ", StringComparison.Ordinal))?.Split(' ')[1];
    }
}

using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using ImdsProxy.Kubernetes;
using ImdsProxy.Kubernetes.Uninstall;
using ImdsProxy.Runtime;
using ImdsProxy.TestKit;
using ImdsProxy.TestKit.FakeKubernetes;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Kubernetes;

public sealed class RulesRemovalTests : IAsyncLifetime
{
    private const string Owner = "8a4c7d0e-0000-4000-8000-000000000001";

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    private readonly ConcurrentQueue<string> _told = new();
    private readonly ConcurrentDictionary<string, bool> _open = new(StringComparer.Ordinal);
    private readonly ManualTime _time = new();
    private FakeApiServer _api = null!;
    private HttpClient _http = null!;

    private string Told => string.Join('\n', _told);

    public async ValueTask InitializeAsync()
    {
        _api = await FakeApiServer.StartAsync();
        _http = KubeConnection.Open(new KubeSettings(_api.Address, _api.TokenFile, _api.CaFile));
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _api.DisposeAsync();
    }

    [Fact]
    public async Task Removal_WithoutPods_WritesNothing()
    {
        Pod("other", "node-1", "10.224.0.4", daemonSet: "kube-proxy");

        (await RunAsync()).ShouldBeTrue(Told);

        _api.Count("patch").ShouldBe(0);
    }

    [Fact]
    public async Task Removal_OnceEveryNodeAnswers_Completes()
    {
        Pod("a", "node-1", "10.224.0.4");
        Pod("b", "node-2", "10.224.0.5");
        _open["10.224.0.4:16254"] = true;

        var running = RunAsync();
        await Eventually.HoldsAsync(() => Told.Contains("1 of 2 nodes", StringComparison.Ordinal));
        running.IsCompleted.ShouldBeFalse("one node still drops requests");
        _open["10.224.0.5:16254"] = true;

        (await running).ShouldBeTrue(Told);
        Told.ShouldContain("2 of 2 nodes");
    }

    // A redirect that is still starting at the first check creates its rules a moment later.
    [Fact]
    public async Task Removal_OfANodeThatAnsweredOnce_ChecksAgain()
    {
        Pod("a", "node-1", "10.224.0.4");
        Pod("b", "node-2", "10.224.0.5");
        _open["10.224.0.5:16254"] = true;
        var running = RunAsync();
        await Eventually.HoldsAsync(() => Told.Contains("1 of 2 nodes", StringComparison.Ordinal));
        _open.Clear();
        _open["10.224.0.4:16254"] = true;

        await Eventually.HoldsAsync(() => Told.Contains("2 of 2 nodes", StringComparison.Ordinal));
        await Eventually.HoldsAsync(() => _told.Count(line => line.StartsWith("1 of 2 nodes", StringComparison.Ordinal)) == 2);
        running.IsCompleted.ShouldBeFalse();
        _open["10.224.0.5:16254"] = true;

        (await running).ShouldBeTrue(Told);
    }

    // Proves that both sides agree: the redirect reads exactly what the uninstall writes.
    [Fact]
    public async Task Removal_WritesAnOverrideOwnedByTheDaemonSetThatTheRedirectObeys()
    {
        Pod("a", "node-1", "10.224.0.4");
        _open["10.224.0.4:16254"] = true;

        (await RunAsync()).ShouldBeTrue(Told);

        var map = Written();
        var read = new OverrideFiles("interception", "off", name => (string?)map["data"]![name], _time).Current();
        read.ShouldBe(new Override(true, _time.GetUtcNow() + TimeSpan.FromHours(1), "the release is being uninstalled", null) { Uninstalling = true });
        map["metadata"]!["ownerReferences"]!.ToJsonString().ShouldBe(
            $$"""[{"apiVersion":"apps/v1","kind":"DaemonSet","name":"imds-proxy","uid":"{{Owner}}"}]""");
    }

    [Fact]
    public async Task Removal_WithBreakGlassInForce_TakesOverItsOverride()
    {
        _api.Cluster.Put("configmaps", FakeConfigMaps.Map("imds", "imds-proxy-override", ("mode", "audit"), ("until", "2026-11-21T05:00:00Z"), ("reason", "outage")));
        Pod("a", "node-1", "10.224.0.4");
        _open["10.224.0.4:16254"] = true;

        (await RunAsync()).ShouldBeTrue(Told);

        ((string?)Written()["data"]!["mode"]).ShouldBe("audit");
        ((string?)Written()["data"]!["until"]).ShouldBe("2026-11-21T05:30:00Z");
    }

    [Fact]
    public async Task Removal_WithASilentNode_NamesItAndTheRemedy()
    {
        Pod("a", "node-1", "10.224.0.4");
        Pod("b", "node-2", "10.224.0.5");
        Pod("c", "node-3", null);
        _open["10.224.0.4:16254"] = true;

        (await RunAsync(TimeSpan.FromMinutes(-1))).ShouldBeFalse();

        Told.ShouldContain("rules may still be on 2 node(s): node-2 (10.224.0.5), node-3 (no address)");
        Told.ShouldContain("helm uninstall --no-hooks");
        Told.ShouldContain("at 2026-11-21T05:30:00Z the rules return on all nodes");
    }

    [Fact]
    public async Task Removal_OfADeletedNode_NoLongerWaitsForIt()
    {
        Pod("a", "node-1", "10.224.0.4");
        Pod("b", "node-2", "10.224.0.5");
        _open["10.224.0.4:16254"] = true;

        var running = RunAsync();
        await Eventually.HoldsAsync(() => Told.Contains("1 of 2 nodes", StringComparison.Ordinal));
        _api.Cluster.Remove("pods", "imds", "b");

        (await running).ShouldBeTrue(Told);
    }

    [Fact]
    public async Task Removal_WithTheApiServerBrieflyUnreachable_Continues()
    {
        Pod("a", "node-1", "10.224.0.4");
        var running = RunAsync();
        await Eventually.HoldsAsync(() => _api.Count("patch") == 2);
        _api.Next("list", new FakeFault.Status(500, "InternalError"));
        await Eventually.HoldsAsync(() => Told.Contains("answered 500", StringComparison.Ordinal));
        _open["10.224.0.4:16254"] = true;

        (await running).ShouldBeTrue(Told);
    }

    [Theory]
    [InlineData("list", "may not list pods")]
    [InlineData("patch", "may not patch configmaps")]
    public async Task Removal_WithoutARight_NamesTheMissingRight(string operation, string said)
    {
        Pod("a", "node-1", "10.224.0.4");
        _api.Next(operation, new FakeFault.Status(403, "Forbidden"));

        (await Should.ThrowAsync<KubeException>(() => RunAsync())).Message.ShouldContain(said);
    }

    // The hook's role must grant every request that is made, and nothing else is requested.
    [Fact]
    public async Task Removal_RequestsOnlyItsNamespaceAndOneConfigMap()
    {
        Pod("a", "node-1", "10.224.0.4");
        _open["10.224.0.4:16254"] = true;

        await RunAsync();

        _api.Requests.Select(request => $"{request.Operation} {request.Path}").Distinct(StringComparer.Ordinal).ShouldBe(
            ["list /api/v1/namespaces/imds/pods", "patch /api/v1/namespaces/imds/configmaps/imds-proxy-override", "patch /api/v1/namespaces/imds/pods/a"]);
    }

    // Kubelet refreshes a pod's mounts at once when the pod changes.
    [Fact]
    public async Task Removal_AfterTheOverride_AnnotatesOnlyThePodsOfTheRelease()
    {
        Pod("a", "node-1", "10.224.0.4");
        Pod("b", "node-2", "10.224.0.5");
        Pod("other", "node-1", "10.224.0.4", daemonSet: "kube-proxy");
        _open["10.224.0.4:16254"] = true;
        _open["10.224.0.5:16254"] = true;

        (await RunAsync()).ShouldBeTrue(Told);

        Refreshed("a").ShouldBe("2026-11-21T04:30:00Z");
        Refreshed("b").ShouldBe("2026-11-21T04:30:00Z");
        Refreshed("other").ShouldBeNull();
        _api.Requests.Where(static request => request.Operation == "patch").Select(static request => request.Path.Split('/')[5])
            .ShouldBe(["configmaps", "pods", "pods"], "in the reverse order, kubelet would mount the old ConfigMap");
    }

    // The first annotation may reach a kubelet before the changed ConfigMap does.
    [Fact]
    public async Task Removal_WithASilentNode_AnnotatesItsPodAgainAfterTenSeconds()
    {
        Pod("a", "node-1", "10.224.0.4");
        Pod("b", "node-2", "10.224.0.5");
        _open["10.224.0.5:16254"] = true;
        var running = RunAsync();
        await Eventually.HoldsAsync(() => Told.Contains("1 of 2 nodes", StringComparison.Ordinal));
        _api.Count("patch").ShouldBe(3);

        _time.Advance(TimeSpan.FromSeconds(10));

        await Eventually.HoldsAsync(() => Refreshed("a") == "2026-11-21T04:30:10Z");
        Refreshed("b").ShouldBe("2026-11-21T04:30:00Z");
        _open["10.224.0.4:16254"] = true;
        (await running).ShouldBeTrue(Told);
    }

    [Fact]
    public async Task Removal_WithoutTheRightToAnnotate_ReportsItAndContinues()
    {
        Pod("a", "node-1", "10.224.0.4");
        Pod("b", "node-2", "10.224.0.5");
        var running = RunAsync(refusal: new FakeFault.Status(403, "Forbidden"));
        await Eventually.HoldsAsync(() => Told.Contains("0 of 2 nodes", StringComparison.Ordinal));
        _open["10.224.0.4:16254"] = true;
        _open["10.224.0.5:16254"] = true;

        (await running).ShouldBeTrue(Told);
        _told.Count(static line => line.StartsWith("a pod can't be annotated", StringComparison.Ordinal)).ShouldBe(1);
        Told.ShouldContain("may not patch pods");
    }

    private string? Refreshed(string pod) => (string?)_api.Cluster.Get("pods", "imds", pod)!["metadata"]!["annotations"]?[MountRefresh.Annotation];

    private Task<bool> RunAsync(TimeSpan? timeout = null, FakeFault? refusal = null)
    {
        if (refusal is not null)
        {
            _api.Next("patch", new FakeFault.None());
            _api.Next("patch", refusal);
            _api.Next("patch", refusal);
        }

        return RemoveAsync(timeout);
    }

    private Task<bool> RemoveAsync(TimeSpan? timeout) => new RulesRemoval(
        new KubeClient(_http, new KubeToken(_api.TokenFile, TimeProvider.System), TimeProvider.System),
        new UninstallOptions("imds", "imds-proxy", "imds-proxy-override", 16254, timeout ?? TimeSpan.FromMinutes(4)) { Interval = Look, Settling = Look, Repair = Look },
        (address, _) => Task.FromResult(_open.ContainsKey($"{address}")),
        _time,
        line =>
        {
            _told.Enqueue(line);
            return Task.CompletedTask;
        }).RunAsync(CancellationToken.None);

    private JsonObject Written() => _api.Cluster.List("configmaps", new FieldSelector("metadata.name=imds-proxy-override")).Objects.ShouldHaveSingleItem();

    private void Pod(string name, string node, string? hostIp, string daemonSet = "imds-proxy")
    {
        var pod = FakePods.Pod(name, hostIp, ns: "imds", hostNetwork: true, node: node, owner: $"DaemonSet/{daemonSet}");
        pod["metadata"]!["ownerReferences"]![0]!["uid"] = Owner;
        pod["status"]!["hostIP"] = hostIp;
        pod["status"]!["hostIPs"] = hostIp is null ? null : new JsonArray(new JsonObject { ["ip"] = "fd00::4" }, new JsonObject { ["ip"] = hostIp });
        _api.Cluster.Put("pods", pod);
    }
}

using ImdsProxy.TestKit;
using ImdsProxy.TestKit.FakeKubernetes;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.Kubernetes;

public sealed class ClusterProxyTests : IAsyncLifetime
{
    private readonly DirectoryInfo _state = Directory.CreateTempSubdirectory("imds-proxy-state-");
    private FakeApiServer _api = null!;

    public async ValueTask InitializeAsync() => _api = await FakeApiServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _api.DisposeAsync();
        _state.Delete(recursive: true);
    }

    private void Put(string policy) => _api.Cluster.Put("configmaps", FakeConfigMaps.Map("security", "imds-policy", ("policy.json", policy)));

    private async Task<ClusterProxy> ReadyAsync(string policy, bool withState = false)
    {
        Put(policy);
        var proxy = await ClusterProxy.StartAsync(_api, stateDirectory: withState ? _state.FullName : null);
        await Eventually.HoldsAsync(() => proxy.IsReady && _api.OpenWatches == 2);
        return proxy;
    }

    [Fact]
    public async Task Pod_OfAnAllowedNamespace_GetsItsAnswerAndIsRecordedByName()
    {
        _api.Cluster.Put("pods", FakePods.Pod("web-5d4f8c7b9-x2x2x", "127.0.0.11", ns: "shop", owner: "ReplicaSet/web-5d4f8c7b9"));
        await using var proxy = await ReadyAsync(ClusterProxy.Policy("shop"));

        (await proxy.AskAsync("127.0.0.11")).Status.ShouldBe(200);

        var caller = proxy.Records.Last()["caller"]!;
        caller["pod"]!.ToString().ShouldBe("web-5d4f8c7b9-x2x2x");
        caller["owner"]!.ToString().ShouldBe("Deployment/web");
    }

    [Fact]
    public async Task Pod_WhoseAddressIsNotKnownYet_WaitsAndIsServed()
    {
        await using var proxy = await ReadyAsync(ClusterProxy.Policy("shop"));

        var asking = proxy.AskAsync("127.0.0.12");
        await Eventually.HoldsAsync(() => _api.Requests.Any(request => request.Query.GetValueOrDefault("fieldSelector")?.Contains("status.podIP=127.0.0.12", StringComparison.Ordinal) == true));
        _api.Cluster.Put("pods", FakePods.Pod("late", "127.0.0.12", ns: "shop"));

        (await asking).Status.ShouldBe(200);
    }

    [Fact]
    public async Task UnknownAddress_AfterTheWait_Gets503WithAtMostOneListPerSecond()
    {
        Put(ClusterProxy.Policy("shop"));
        await using var proxy = await ClusterProxy.StartAsync(_api, identifyWait: TimeSpan.FromMilliseconds(600));
        await Eventually.HoldsAsync(() => proxy.IsReady);
        var before = _api.Count("list");

        var answers = await Task.WhenAll(Enumerable.Range(20, 30).Select(i => proxy.AskAsync($"127.0.0.{i}")));

        answers.ShouldAllBe(answer => answer.Status == 503);
        answers[0].Header("Retry-After").ShouldBe("1");
        (_api.Count("list") - before).ShouldBeLessThanOrEqualTo(2);
    }

    [Fact]
    public async Task DeadWatch_IsBackedUpByALiveList()
    {
        _api.Next("watch", new FakeFault.None());
        await using var proxy = await ReadyAsync(ClusterProxy.Policy("shop"));
        _api.Cluster.Compact();
        await Eventually.HoldsAsync(() => _api.OpenWatches == 2);
        await using var silent = await StartWithSilentWatchesAsync();

        _api.Cluster.Put("pods", FakePods.Pod("unheard", "127.0.0.13", ns: "shop"));

        (await silent.AskAsync("127.0.0.13")).Status.ShouldBe(200);
    }

    // Both watches go silent at once, as behind a firewall that drops packets.
    private async Task<ClusterProxy> StartWithSilentWatchesAsync()
    {
        _api.Next("watch", new FakeFault.Silence());
        _api.Next("watch", new FakeFault.Silence());
        var proxy = await ClusterProxy.StartAsync(_api);
        await Eventually.HoldsAsync(() => proxy.IsReady && _api.OpenWatches == 4);
        return proxy;
    }

    [Fact]
    public async Task ReusedAddress_BelongsToTheNewPodAtOnce()
    {
        _api.Cluster.Put("pods", FakePods.Pod("job", "127.0.0.14", ns: "shop"));
        await using var proxy = await ReadyAsync(ClusterProxy.Policy("shop"));
        (await proxy.AskAsync("127.0.0.14")).Status.ShouldBe(200);

        _api.Cluster.Put("pods", FakePods.Pod("job", "127.0.0.14", ns: "shop", phase: "Succeeded"));
        _api.Cluster.Put("pods", FakePods.Pod("other", "127.0.0.14", ns: "elsewhere"));

        await Eventually.HoldsAsync(async () => (await proxy.AskAsync("127.0.0.14")).Status == 403);
        proxy.Records.Last()["caller"]!["pod"]!.ToString().ShouldBe("other");
    }

    [Fact]
    public async Task Stranger_ThatReachesTheNodesPort_IsNoPodAndGetsNothing()
    {
        _api.Cluster.Put("pods", FakePods.Pod("web", "127.0.0.25", ns: "shop"));
        Put(ClusterProxy.Policy("*"));
        await using var proxy = await ClusterProxy.StartAsync(_api, identifyWait: TimeSpan.Zero);
        await Eventually.HoldsAsync(() => proxy.IsReady);

        (await proxy.AskAsync("127.0.0.26")).Status.ShouldBe(503);

        proxy.ImdsRequests.ShouldBe(0);
        (await proxy.AskAsync("127.0.0.25")).Status.ShouldBe(200);
        proxy.ImdsRequests.ShouldBe(1);
    }

    // SDKs give a probe one second at most, and remember its outcome until they restart.
    [Fact]
    public async Task Probe_OfAPodNotKnownYet_IsAnsweredAtOnce()
    {
        Put(ClusterProxy.Policy("shop"));
        await using var proxy = await ClusterProxy.StartAsync(_api, identifyWait: TimeSpan.FromMinutes(5));
        await Eventually.HoldsAsync(() => proxy.IsReady);

        (await proxy.ProbeAsync("127.0.0.27")).ShouldNotBeNull().Status.ShouldBe(400);

        _api.Requests.ShouldNotContain(request => request.Query.GetValueOrDefault("fieldSelector", "").Contains("status.podIP", StringComparison.Ordinal));
        proxy.ImdsRequests.ShouldBe(0);
    }

    [Fact]
    public async Task HostNetworkPod_CountsAsTheNodeAndIsDenied()
    {
        var pod = FakePods.Pod("host", "127.0.0.15", ns: "shop", hostNetwork: true);
        pod["status"]!["hostIPs"]![0]!["ip"] = "127.0.0.15";
        _api.Cluster.Put("pods", pod);
        await using var proxy = await ReadyAsync(ClusterProxy.Policy("shop"));

        (await proxy.AskAsync("127.0.0.15")).Status.ShouldBe(403);

        proxy.Records.Last()["reason"]!.ToString().ShouldBe("caller-is-node");
    }

    [Fact]
    public async Task ApiServerUnreachable_KnownPods_AreServed()
    {
        _api.Cluster.Put("pods", FakePods.Pod("web", "127.0.0.16", ns: "shop"));
        await using var proxy = await ReadyAsync(ClusterProxy.Policy("shop"));

        await _api.DisposeAsync();

        (await proxy.AskAsync("127.0.0.16")).Status.ShouldBe(200);
        proxy.IsReady.ShouldBeTrue();
    }

    [Fact]
    public async Task ApiServerUnreachableAtStart_UntilItAnswers_DeniesAndIsNotReady()
    {
        _api.Next("list", new FakeFault.Status(503, "ServiceUnavailable"));
        _api.Next("list", new FakeFault.Status(503, "ServiceUnavailable"));
        Put(ClusterProxy.Policy("shop"));
        _api.Cluster.Put("pods", FakePods.Pod("web", "127.0.0.17", ns: "shop"));
        await using var proxy = await ClusterProxy.StartAsync(_api, identifyWait: TimeSpan.Zero);

        proxy.IsReady.ShouldBeFalse();
        (await proxy.AskAsync("127.0.0.17")).Status.ShouldBe(503);

        await Eventually.HoldsAsync(() => proxy.IsReady);
        (await proxy.AskAsync("127.0.0.17")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task PolicyEdit_TakesEffectWithinASecondAndNamesItsAuthor()
    {
        _api.Cluster.Put("pods", FakePods.Pod("web", "127.0.0.18", ns: "shop"));
        await using var proxy = await ReadyAsync(ClusterProxy.Policy("nobody"));
        (await proxy.AskAsync("127.0.0.18")).Status.ShouldBe(403);

        Put(ClusterProxy.Policy("shop"));

        await Eventually.HoldsAsync(async () => (await proxy.AskAsync("127.0.0.18")).Status == 200, TimeSpan.FromSeconds(1));
        var loaded = await proxy.EventAsync("policy-loaded");
        loaded["rulesChanged"]![0]!.ToString().ShouldBe("location");
        loaded["source"]!.ToString().ShouldContain("kubectl-edit");
    }

    [Fact]
    public async Task BadEdit_IsRefusedWithAnEventAndKeepsTheLastGoodPolicy()
    {
        _api.Cluster.Put("pods", FakePods.Pod("web", "127.0.0.19", ns: "shop"));
        await using var proxy = await ReadyAsync(ClusterProxy.Policy("shop"));

        Put("""{"version":1,"mode":"enforce","rulez":[]}""");

        await Eventually.HoldsAsync(() => _api.Events.Count > 0);
        var told = _api.Events.Single();
        told["involvedObject"]!["kind"]!.ToString().ShouldBe("ConfigMap");
        told["involvedObject"]!["namespace"]!.ToString().ShouldBe("security");
        told["metadata"]!["namespace"]!.ToString().ShouldBe("security");
        told["message"]!.ToString().ShouldContain("rulez");
        await proxy.EventAsync("policy-refused");
        (await proxy.AskAsync("127.0.0.19")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task DeletedConfigMap_KeepsTheLastGoodPolicy()
    {
        _api.Cluster.Put("pods", FakePods.Pod("web", "127.0.0.20", ns: "shop"));
        await using var proxy = await ReadyAsync(ClusterProxy.Policy("shop"));

        _api.Cluster.Remove("configmaps", "security", "imds-policy");

        await Eventually.HoldsAsync(() => proxy.LastEvent("policy-refused") is not null);
        (await proxy.AskAsync("127.0.0.20")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Restart_WithABrokenConfigMap_KeepsThePolicyInForce()
    {
        _api.Cluster.Put("pods", FakePods.Pod("web", "127.0.0.21", ns: "shop"));
        await using (await ReadyAsync(ClusterProxy.Policy("shop"), withState: true))
        {
            await Eventually.HoldsAsync(() => File.Exists(Path.Combine(_state.FullName, "last-good-policy.json")));
            Put("{ broken");
        }

        await using var restarted = await ClusterProxy.StartAsync(_api, stateDirectory: _state.FullName);
        await Eventually.HoldsAsync(() => restarted.IsReady && restarted.LastEvent("policy-refused") is not null);

        (await restarted.AskAsync("127.0.0.21")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Fragments_FormOnePolicyAndABrokenOneKeepsItsLastGoodContent()
    {
        _api.Cluster.Put("pods", FakePods.Pod("web", "127.0.0.23", ns: "shop"));
        _api.Cluster.Put("pods", FakePods.Pod("job", "127.0.0.24", ns: "batch"));
        PutFragments(Rule("shop"), Rule("nobody"));
        await using var proxy = await ClusterProxy.StartAsync(_api);
        await Eventually.HoldsAsync(() => proxy.IsReady);
        (await proxy.AskAsync("127.0.0.23")).Status.ShouldBe(200);
        (await proxy.AskAsync("127.0.0.24")).Status.ShouldBe(403);

        PutFragments("{ broken", Rule("batch"));

        await Eventually.HoldsAsync(async () => (await proxy.AskAsync("127.0.0.24")).Status == 200);
        (await proxy.AskAsync("127.0.0.23")).Status.ShouldBe(200);
        (await proxy.EventAsync("policy-refused"))["errors"]![0]!.ToString().ShouldContain("a.json");

        static string Rule(string ns) =>
            $$"""{"rules":[{"name":"of-{{ns}}","workloads":[{"namespaces":["{{ns}}"]}],"allow":[{"path":"/metadata/instance/compute/location"}]}]}""";
    }

    private void PutFragments(string a, string b) => _api.Cluster.Put("configmaps", FakeConfigMaps.Map(
        "security", "imds-policy", ("00.json", """{"version":1,"mode":"enforce"}"""), ("a.json", a), ("b.json", b), ("README", "not policy")));

    [Fact]
    public async Task DeniedPod_GetsOneEventWithThePermissionThatAllowsIt()
    {
        _api.Cluster.Put("pods", FakePods.Pod("web", "127.0.0.22", ns: "shop"));
        await using var proxy = await ReadyAsync(ClusterProxy.Policy("nobody"));
        for (var i = 0; i < 5; i++)
        {
            (await proxy.AskAsync("127.0.0.22", "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net")).Status.ShouldBe(403);
        }

        await Eventually.HoldsAsync(() => _api.Events.Count > 0);
        var told = _api.Events.ShouldHaveSingleItem();
        told["type"]!.ToString().ShouldBe("Warning");
        told["reason"]!.ToString().ShouldBe("ImdsAccessDenied");
        told["involvedObject"]!["name"]!.ToString().ShouldBe("web");
        told["message"]!.ToString().ShouldContain("https://vault.azure.net");
        told["message"]!.ToString().ShouldContain("\"resources\": [\"https://vault.azure.net\"]");
    }
}

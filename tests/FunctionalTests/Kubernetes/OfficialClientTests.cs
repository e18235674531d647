using ImdsProxy.Kubernetes;
using ImdsProxy.Kubernetes.Uninstall;
using ImdsProxy.Runtime;
using ImdsProxy.Serving.Cluster;
using ImdsProxy.TestKit;
using ImdsProxy.TestKit.FakeKubernetes;
using k8s;
using k8s.Models;
using Shouldly;
using Xunit;
using WatchEventType = k8s.WatchEventType;

namespace ImdsProxy.FunctionalTests.Kubernetes;

/// <summary>The proxy and the official client on one API server: each acts on what the other wrote.</summary>
public sealed class OfficialClientTests : IAsyncLifetime
{
    private const string Address = "127.0.0.61";
    private const string Key = "node.imdsproxy.io/not-ready";

    private FakeApiServer _api = null!;
    private k8s.Kubernetes _client = null!;

    public async ValueTask InitializeAsync()
    {
        _api = await FakeApiServer.StartAsync();
        _api.Cluster.Put("pods", FakePods.Pod("web", Address, ns: "shop", uid: "uid-web", owner: "ReplicaSet/web-5d4f8c7b9"));
        _api.Cluster.Put("pods", FakePods.Pod("agent", "127.0.0.62", ns: "kube-system", hostNetwork: true));
        _api.Cluster.Put("pods", FakePods.Pod("elsewhere", "127.0.0.63", node: "node-2"));
        _api.Cluster.Put("nodes", FakeNodes.Node(FakePods.Node));
        _client = OfficialClient.Of(_api);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _api.DisposeAsync();
    }

    [Fact]
    public async Task List_OfTheNodesPods_ShowsWhatTheProxyActsOn()
    {
        var pods = (await _client.CoreV1.ListPodForAllNamespacesAsync(fieldSelector: $"spec.nodeName={FakePods.Node}", limit: 500)).Items;

        pods.Select(static pod => (pod.Namespace(), pod.Name(), pod.Status.PodIP, pod.Spec.HostNetwork ?? false, pod.Spec.ServiceAccountName))
            .ShouldBe([("kube-system", "agent", "127.0.0.62", true, "sa-agent"), ("shop", "web", Address, false, "sa-web")], ignoreOrder: true);
        pods.Single(static pod => pod.Name() == "web").OwnerReferences().ShouldHaveSingleItem().Kind.ShouldBe("ReplicaSet");
    }

    [Fact]
    public async Task Policy_AppliedByTheClient_ComesIntoForceAndIsSeenByItsWatch()
    {
        using var ending = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var seen = FirstAsync(
            _client.CoreV1.WatchListNamespacedConfigMapAsync("security", fieldSelector: "metadata.name=imds-policy", cancellationToken: ending.Token),
            static map => map.Data["policy.json"].Contains("\"audit\"", StringComparison.Ordinal));
        await ApplyAsync("enforce", "elsewhere");
        await using var proxy = await ClusterProxy.StartAsync(_api);
        await Eventually.HoldsAsync(async () => (await proxy.AskAsync(Address)).Status == 403);

        await ApplyAsync("audit", "elsewhere");

        await Eventually.HoldsAsync(async () => (await proxy.AskAsync(Address)).Status == 200);
        (await seen).ShouldBe(WatchEventType.Modified);
    }

    [Fact]
    public async Task Taint_OfANodeThatTheClientPatched_IsRemovedAndTheClientsStays()
    {
        await ApplyAsync("enforce", "shop");
        var patch = $$"""[{"op":"replace","path":"/spec/taints","value":[{"key":"{{Key}}","value":"true","effect":"NoSchedule"},{"key":"example.com/mine","effect":"NoExecute"}]}]""";
        await _client.CoreV1.PatchNodeAsync(new V1Patch(patch, V1Patch.PatchType.JsonPatch), FakePods.Node);
        (await TaintsAsync()).Count.ShouldBe(2);

        await using var proxy = await ClusterProxy.StartAsync(_api, startupTaint: new StartupTaintOptions(Key, RedirectState: null));

        await Eventually.HoldsAsync(async () => (await TaintsAsync()).SequenceEqual(["example.com/mine=:NoExecute"], StringComparer.Ordinal));
    }

    [Fact]
    public async Task Denial_OfAPod_IsAnEventThatTheClientReads()
    {
        await ApplyAsync("enforce", "elsewhere");
        await using var proxy = await ClusterProxy.StartAsync(_api);
        await Eventually.HoldsAsync(() => proxy.IsReady);
        (await proxy.AskAsync(Address)).Status.ShouldBe(403);
        await Eventually.HoldsAsync(() => _api.Events.Count > 0);

        var told = (await _client.CoreV1.ListNamespacedEventAsync("shop")).Items.ShouldHaveSingleItem();

        told.Type.ShouldBe("Warning");
        told.InvolvedObject.Kind.ShouldBe("Pod");
        told.InvolvedObject.Uid.ShouldBe("uid-web");
        told.InvolvedObject.NamespaceProperty.ShouldBe("shop");
        told.Message.ShouldContain("/metadata/instance/compute/location");
        told.Count.ShouldNotBeNull().ShouldBeGreaterThan(0);
        told.FirstTimestamp.ShouldNotBeNull();
        told.LastTimestamp.ShouldNotBeNull().ShouldBeInRange(told.FirstTimestamp!.Value, TimeProvider.System.GetUtcNow().UtcDateTime.AddMinutes(1));
        told.Source.Host.ShouldBe(FakePods.Node);
    }

    [Fact]
    public async Task LastOverride_AppliedByTheProxysClient_IsAConfigMapThatItsDaemonSetOwns()
    {
        using var http = KubeConnection.Open(new KubeSettings(_api.Address, _api.TokenFile, _api.CaFile));
        var options = new UninstallOptions("security", "imds-proxy", "imds-override", 16254, TimeSpan.FromMinutes(1));
        await new KubeClient(http, new KubeToken(_api.TokenFile, TimeProvider.System), TimeProvider.System)
            .ApplyAsync(LastOverride.Of(options, "uid-of-the-daemonset", TimeProvider.System.GetUtcNow()), CancellationToken.None);

        var map = (await _client.CoreV1.ListNamespacedConfigMapAsync("security", fieldSelector: "metadata.name=imds-override")).Items.ShouldHaveSingleItem();

        map.Data["interception"].ShouldBe("off");
        map.Data[OverrideFiles.Uninstalling].ShouldBe(OverrideFiles.Yes);
        var owner = map.OwnerReferences().ShouldHaveSingleItem();
        (owner.ApiVersion, owner.Kind, owner.Name, owner.Uid).ShouldBe(("apps/v1", "DaemonSet", "imds-proxy", "uid-of-the-daemonset"));
    }

    private async Task ApplyAsync(string mode, string ns)
    {
        var map = new V1ConfigMap
        {
            ApiVersion = V1ConfigMap.KubeApiVersion,
            Kind = V1ConfigMap.KubeKind,
            Metadata = new V1ObjectMeta { Name = "imds-policy", NamespaceProperty = "security" },
            Data = new Dictionary<string, string>(StringComparer.Ordinal) { ["policy.json"] = ClusterProxy.Policy(ns, mode) },
        };
        await _client.CoreV1.PatchNamespacedConfigMapAsync(new V1Patch(map, V1Patch.PatchType.ApplyPatch), "imds-policy", "security", fieldManager: "platform-team", force: true);
    }

    private async Task<IReadOnlyList<string>> TaintsAsync() =>
        [.. ((await _client.CoreV1.ReadNodeAsync(FakePods.Node)).Spec.Taints ?? []).Select(static taint => $"{taint.Key}={taint.Value}:{taint.Effect}")];

    private static async Task<WatchEventType> FirstAsync(IAsyncEnumerable<(WatchEventType Type, V1ConfigMap Map)> changes, Func<V1ConfigMap, bool> isMeant)
    {
        await foreach (var (type, map) in changes)
        {
            if (isMeant(map))
            {
                return type;
            }
        }

        throw new InvalidOperationException("the watch ended");
    }
}

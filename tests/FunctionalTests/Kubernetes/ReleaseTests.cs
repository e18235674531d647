using System.Globalization;
using ImdsProxy.TestKit;
using ImdsProxy.TestKit.FakeKubernetes;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.Kubernetes;

/// <summary>The start and the end of a release: which stored policy is used, and how an uninstall is announced.</summary>
public sealed class ReleaseTests : IDisposable
{
    private readonly DirectoryInfo _state = Directory.CreateTempSubdirectory("imds-proxy-state-");
    private readonly DirectoryInfo _override = Directory.CreateTempSubdirectory("imds-proxy-override-");

    private string Kept => Path.Combine(_state.FullName, "last-good-policy.json");

    public void Dispose()
    {
        _state.Delete(recursive: true);
        _override.Delete(recursive: true);
    }

    // Kubelet rotates a token at 80 % of its lifetime; the service account stays the same.
    [Fact]
    public async Task Restart_OfTheSameReleaseWithoutTheApiServer_KeepsThePolicyInForce()
    {
        await KeepPolicyAsync(FakeTokens.Of("account-1"));
        await using var api = await StartUnavailableServerAsync(FakeTokens.Of("account-1", id: "2"));

        await using var proxy = await ClusterProxy.StartAsync(api, stateDirectory: _state.FullName);

        (await proxy.EventAsync("policy-loaded"))["source"]!.ToString().ShouldContain("as kept on disk");
    }

    [Theory]
    [InlineData("another release", "account-2")]
    [InlineData("a token without an account", null)]
    public async Task Start_WithThePolicyOfAnEarlierRelease_DoesNotUseIt(string release, string? account)
    {
        await KeepPolicyAsync(FakeTokens.Of("account-1"));
        await using var api = await StartUnavailableServerAsync(account is null ? "opaque" : FakeTokens.Of(account));

        await using var proxy = await ClusterProxy.StartAsync(api, stateDirectory: _state.FullName, identifyWait: TimeSpan.Zero);

        proxy.LastEvent("policy-loaded").ShouldBeNull(release);
        proxy.IsReady.ShouldBeFalse(release);
        (await proxy.AskAsync("127.0.0.41")).Status.ShouldBe(503, release);
    }

    [Fact]
    public async Task ConfigMap_DeletedDuringAnUninstall_IsReportedAndNoPolicyIsKept()
    {
        await using var api = await FakeApiServer.StartAsync(new FakeApiOptions { Token = FakeTokens.Of("account-1") });
        api.Cluster.Put("pods", FakePods.Pod("web", "127.0.0.42", ns: "shop"));
        await using var proxy = await StartAndKeepPolicyAsync(api);
        await UninstallAsync();
        await Eventually.HoldsAsync(() => proxy.LastEvent("uninstalling") is not null);
        await Eventually.HoldsAsync(() => !File.Exists(Kept));

        api.Cluster.Remove("configmaps", "security", "imds-policy");

        await Eventually.HoldsAsync(() => proxy.LastEvent("uninstalling")!["source"]?.ToString() == "configmap security/imds-policy");
        proxy.LastEvent("policy-refused").ShouldBeNull();
        (await proxy.AskAsync("127.0.0.42")).Status.ShouldBe(200, "the policy stays in force until the proxy ends");
    }

    // Otherwise, a policy edited after the mark was seen would be stored again.
    [Fact]
    public async Task Policy_EditedDuringAnUninstall_IsInForceAndNotKept()
    {
        await using var api = await FakeApiServer.StartAsync(new FakeApiOptions { Token = FakeTokens.Of("account-1") });
        await using var proxy = await StartAndKeepPolicyAsync(api);
        await UninstallAsync();
        await Eventually.HoldsAsync(() => proxy.LastEvent("uninstalling") is not null);

        Put(api, "batch");

        await Eventually.HoldsAsync(() => proxy.Records.Count(static record => record["event"]?.ToString() == "policy-loaded") == 2);
        await Eventually.HoldsAsync(() => !File.Exists(Kept));
    }

    private static void Put(FakeApiServer api, string ns) =>
        api.Cluster.Put("configmaps", FakeConfigMaps.Map("security", "imds-policy", ("policy.json", ClusterProxy.Policy(ns))));

    private async Task KeepPolicyAsync(string token)
    {
        await using var api = await FakeApiServer.StartAsync(new FakeApiOptions { Token = token });
        await using var proxy = await StartAndKeepPolicyAsync(api);
    }

    private async Task<ClusterProxy> StartAndKeepPolicyAsync(FakeApiServer api)
    {
        Put(api, "shop");
        var proxy = await ClusterProxy.StartAsync(api, stateDirectory: _state.FullName, overrideDirectory: _override.FullName);
        await Eventually.HoldsAsync(() => proxy.IsReady && File.Exists(Kept));
        return proxy;
    }

    // Refuses more requests than a test waits for.
    private static async Task<FakeApiServer> StartUnavailableServerAsync(string token)
    {
        var api = await FakeApiServer.StartAsync(new FakeApiOptions { Token = token });
        for (var i = 0; i < 100; i++)
        {
            api.Next("list", new FakeFault.Status(503, "ServiceUnavailable"));
        }

        return api;
    }

    // As the uninstall command writes it and kubelet mounts it.
    private async Task UninstallAsync()
    {
        var until = (TimeProvider.System.GetUtcNow() + TimeSpan.FromHours(1)).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        foreach (var (name, text) in new[] { ("until", until), ("reason", "the release is being uninstalled"), ("uninstalling", "yes"), ("interception", "off") })
        {
            await File.WriteAllTextAsync(Path.Combine(_override.FullName, name), text);
        }
    }
}

using System.Globalization;
using ImdsProxy.TestKit;
using ImdsProxy.TestKit.FakeKubernetes;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.Kubernetes;

/// <summary>Break glass by a watch of its ConfigMap. Kubelet updates the mounted copy up to a minute later.</summary>
public sealed class OverrideWatchTests : IAsyncLifetime
{
    private const string Address = "127.0.0.51";

    // The product's promise, with time for the request itself.
    private static readonly TimeSpan TwoSeconds = TimeSpan.FromSeconds(2);

    private readonly DirectoryInfo _mount = Directory.CreateTempSubdirectory("imds-proxy-override-");
    private FakeApiServer _api = null!;

    private static string Until => (TimeProvider.System.GetUtcNow() + TimeSpan.FromHours(1)).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public async ValueTask InitializeAsync()
    {
        _api = await FakeApiServer.StartAsync();
        _api.Cluster.Put("pods", FakePods.Pod("web", Address, ns: "elsewhere"));
        _api.Cluster.Put("configmaps", FakeConfigMaps.Map("security", "imds-policy", ("policy.json", ClusterProxy.Policy("shop"))));
    }

    public async ValueTask DisposeAsync()
    {
        await _api.DisposeAsync();
        _mount.Delete(recursive: true);
    }

    [Fact]
    public async Task ConfigMap_CreatedAndDeleted_TakesEffectWithinTwoSecondsEach()
    {
        await using var proxy = await StartAsync(watches: 3);
        (await proxy.AskAsync(Address)).Status.ShouldBe(403);

        Put(("mode", "audit"), ("until", Until), ("reason", "INC-4711"));
        await AnswersAsync(proxy, 200, TwoSeconds);
        (await proxy.EventAsync("override-began"))["reason"]!.ToString().ShouldBe("INC-4711");

        _api.Cluster.Remove("configmaps", "security", "imds-override");
        await AnswersAsync(proxy, 403, TwoSeconds);
        await proxy.EventAsync("override-ended");
    }

    [Theory]
    [InlineData("no reason")]
    [InlineData("too far ahead")]
    [InlineData("another word")]
    public async Task ConfigMap_Invalid_ChangesNothing(string what)
    {
        await using var proxy = await StartAsync(watches: 3);

        Put(
            ("mode", what == "another word" ? "open" : "audit"),
            ("until", what == "too far ahead" ? "2100-01-01T00:00:00Z" : Until),
            ("reason", what == "no reason" ? "" : "INC-4712"));
        Put(("mode", "audit"), ("until", Until), ("reason", "INC-4713"));

        await AnswersAsync(proxy, 200, TwoSeconds);
        proxy.Records.Count(static record => record["event"]?.ToString() == "override-began").ShouldBe(1);
        (await proxy.EventAsync("override-began"))["reason"]!.ToString().ShouldBe("INC-4713");
    }

    // Kubelet may take a minute to remove the files.
    [Fact]
    public async Task Mount_BehindASyncedWatch_IsIgnored()
    {
        await MountAsync(("mode", "audit"), ("until", Until), ("reason", "over by now"));
        await using var proxy = await StartAsync(watches: 3);

        await AnswersAsync(proxy, 403, TwoSeconds);

        await proxy.EventAsync("override-ended");
    }

    // The proxy may lack the right to watch, or the API server may be unreachable.
    [Fact]
    public async Task Mount_WhileTheWatchCannotBeSynced_Decides()
    {
        for (var i = 0; i < 20; i++)
        {
            _api.Refuse("imds-override", new FakeFault.Status(403, "Forbidden"));
        }

        await using var proxy = await StartAsync(watches: 2);
        (await proxy.AskAsync(Address)).Status.ShouldBe(403);

        await MountAsync(("until", Until), ("reason", "INC-4714"), ("mode", "audit"));

        await AnswersAsync(proxy, 200, TwoSeconds);
    }

    // Only kubelet's mount announces an uninstall: the proxy reads it there, as the redirect does.
    [Fact]
    public async Task ConfigMap_ThatMarksAnUninstall_CountsOnceKubeletMountsIt()
    {
        await using var proxy = await StartAsync(watches: 3);
        var texts = new[] { ("until", Until), ("reason", "uninstalling"), ("uninstalling", "yes"), ("interception", "off"), ("mode", "audit") };
        Put(texts);
        await AnswersAsync(proxy, 200, TwoSeconds);
        proxy.LastEvent("uninstalling").ShouldBeNull();

        await MountAsync(texts);

        await Eventually.HoldsAsync(() => proxy.LastEvent("uninstalling") is not null);
    }

    private void Put(params (string Key, string Text)[] data) => _api.Cluster.Put("configmaps", FakeConfigMaps.Map("security", "imds-override", data));

    private async Task<ClusterProxy> StartAsync(int watches)
    {
        var proxy = await ClusterProxy.StartAsync(_api, overrideDirectory: _mount.FullName, overrideConfigMap: "security/imds-override");
        await Eventually.HoldsAsync(() => proxy.IsReady && _api.OpenWatches == watches);
        return proxy;
    }

    private static Task AnswersAsync(ClusterProxy proxy, int status, TimeSpan patience) =>
        Eventually.HoldsAsync(async () => (await proxy.AskAsync(Address)).Status == status, patience);

    private async Task MountAsync(params (string Key, string Text)[] data)
    {
        foreach (var (key, text) in data)
        {
            await File.WriteAllTextAsync(Path.Combine(_mount.FullName, key), text);
        }
    }
}

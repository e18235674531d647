using ImdsProxy.Kubernetes;
using ImdsProxy.PolicySource;
using ImdsProxy.Serving.Cluster;
using ImdsProxy.TestKit;
using ImdsProxy.TestKit.FakeKubernetes;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Serving;

/// <summary>When the watch of the break-glass ConfigMap decides, and when the mounted copy does. The clock stands at 2026-11-21T04:30:00Z.</summary>
public sealed class ClusterOverrideTests : IAsyncLifetime
{
    private readonly ManualTime _time = new();
    private readonly CancellationTokenSource _stop = new();
    private FakeApiServer _api = null!;
    private HttpClient _http = null!;
    private ClusterOverride _override = null!;
    private Task _running = Task.CompletedTask;

    public async ValueTask InitializeAsync()
    {
        _api = await FakeApiServer.StartAsync();
        _http = KubeConnection.Open(new KubeSettings(_api.Address, _api.TokenFile, _api.CaFile));
        _override = new ClusterOverride(
            new KubeClient(_http, new KubeToken(_api.TokenFile, _time), _time), ConfigMapName.Parse("imds/override"),
            new ListWatchOptions { FirstListSpread = TimeSpan.Zero }, _time, NullLoggerFactory.Instance);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _http.Dispose();
        await _api.DisposeAsync();
        _stop.Dispose();
    }

    [Fact]
    public async Task Watch_OnceSynced_AlsoDecidesThatThereIsNoOverride()
    {
        _override.Current().ShouldBeNull("the watch has reported nothing yet");

        Run();

        await Eventually.HoldsAsync(() => _override.Current() is { On: false, Refusal: null });
    }

    [Fact]
    public async Task Watch_SilentForTwoMinutes_DefersToTheMount()
    {
        _api.Cluster.Put("configmaps", FakeConfigMaps.Map("imds", "override", ("mode", "audit"), ("until", "2026-11-21T05:30:00Z"), ("reason", "INC-1")));
        Run();
        await Eventually.HoldsAsync(() => _override.Current() is { On: true });
        await _api.DisposeAsync();
        await Eventually.HoldsAsync(() => _override.Health.Failure is not null);
        _override.Current().ShouldNotBeNull("a report from a moment ago is newer than the mount");

        _time.Advance(TimeSpan.FromMinutes(2));

        _override.Current().ShouldBeNull();
    }

    [Fact]
    public async Task Watch_OfAnExpiredOverride_ReportsItsEnd()
    {
        _api.Cluster.Put("configmaps", FakeConfigMaps.Map("imds", "override", ("mode", "audit"), ("until", "2026-11-21T04:31:00Z"), ("reason", "INC-2")));
        Run();
        await Eventually.HoldsAsync(() => _override.Current() is { On: true });

        _time.Advance(TimeSpan.FromMinutes(1));

        _override.Current().ShouldNotBeNull().On.ShouldBeFalse();
    }

    private void Run() => _running = _override.RunAsync(_stop.Token);
}

using ImdsProxy.Kubernetes;
using ImdsProxy.Kubernetes.Nodes;
using ImdsProxy.TestKit;
using ImdsProxy.TestKit.FakeKubernetes;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Kubernetes;

/// <summary>The removal of the startup taint over time.</summary>
public sealed class StartupTaintTests : IAsyncLifetime
{
    private const string Key = "node.imdsproxy.io/not-ready";
    private const string Taint = Key + "=true:NoSchedule";

    private readonly ScriptedTime _time = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Messages _messages = new();
    private FakeApiServer _api = null!;
    private HttpClient _http = null!;
    private StartupTaint _taint = null!;
    private Task _running = Task.CompletedTask;
    private volatile string? _obstacle;
    private int _removed;

    public async ValueTask InitializeAsync()
    {
        _api = await FakeApiServer.StartAsync();
        _http = KubeConnection.Open(new KubeSettings(_api.Address, _api.TokenFile, _api.CaFile));
        var client = new KubeClient(_http, new KubeToken(_api.TokenFile, _time), TimeProvider.System);
        _taint = new StartupTaint(client, FakePods.Node, Key, () => _obstacle, (_, _) => Task.FromResult(Interlocked.Increment(ref _removed)), _time, new Random(1), _messages);
        Put(Taint);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
#pragma warning disable VSTHRD003 // Started by the test.
        await _running.ContinueWith(static _ => { }, TaskScheduler.Default);
#pragma warning restore VSTHRD003
        _http.Dispose();
        await _api.DisposeAsync();
        _stop.Dispose();
    }

    [Fact]
    public async Task Taint_ThatReturns_IsRemovedAgainUnlessAnObstacleExists()
    {
        Start();
        await GoneAsync(1);
        _taint.Pending.ShouldBeNull();

        _obstacle = "the proxy is not ready";
        Put(Taint);
        await ForwardAsync(TimeSpan.FromMinutes(7));
        _api.Cluster.Taints(FakePods.Node).ShouldBe([Taint]);

        _obstacle = null;
        await ForwardAsync(TimeSpan.FromSeconds(1));
        await GoneAsync(2);
    }

    [Fact]
    public async Task NodeWithoutTheTaint_IsCheckedAboutEveryFiveMinutes()
    {
        Put();
        Start();
        await Eventually.HoldsAsync(() => _taint.Pending is null && _time.Waiting == 1);
        _api.Count("get").ShouldBe(1);

        await ForwardAsync(TimeSpan.FromMinutes(3.9));
        _api.Count("get").ShouldBe(1);
        await ForwardAsync(TimeSpan.FromMinutes(2.2));
        await Eventually.HoldsAsync(() => _api.Count("get") == 2);
        _api.Count("patch").ShouldBe(0);
    }

    [Fact]
    public async Task Obstacle_IsReportedAsTheReason()
    {
        _obstacle = "the callers are not known yet";
        Start();

        await Eventually.HoldsAsync(() => _taint.Pending == "the callers are not known yet");
        _api.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task AdmissionRefusal_IsNotReportedAsRbacAndOnlyOnce()
    {
        for (var i = 0; i < 3; i++)
        {
            _api.Next("patch", new FakeFault.Status(403, "Forbidden", Message: "admission webhook \"aks-node-validating-webhook.azmk8s.io\" denied the request"));
        }

        Start();
        await Eventually.HoldsAsync(() => _taint.Pending?.Contains("the cluster's admission control refuses", StringComparison.Ordinal) == true);
        await Eventually.HoldsAsync(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            return _api.Count("patch") == 4;
        });

        await GoneAsync(1);
        _messages.Errors.ShouldHaveSingleItem().ShouldNotContain("RBAC");
    }

    [Fact]
    public async Task MissingNode_IsRequestedAgain()
    {
        _api.Cluster.Remove("nodes", "", FakePods.Node);
        Start();
        await Eventually.HoldsAsync(() => _taint.Pending?.Contains("404", StringComparison.Ordinal) == true && _time.Waiting == 1);

        Put(Taint);
        await ForwardAsync(TimeSpan.FromSeconds(15));

        await GoneAsync(1);
    }

    private void Put(params string[] taints) => _api.Cluster.Put("nodes", FakeNodes.Node(FakePods.Node, taints));

    private void Start() => _running = _taint.RunAsync(_stop.Token);

    private Task GoneAsync(int times) => Eventually.HoldsAsync(() =>
        !_api.Cluster.Taints(FakePods.Node).Any() && Volatile.Read(ref _removed) == times && _time.Waiting == 1);

    private async Task ForwardAsync(TimeSpan by)
    {
        await Eventually.HoldsAsync(() => _time.Waiting == 1);
        _time.Advance(by);
    }

    private sealed class Messages : ILogger<StartupTaint>
    {
        public System.Collections.Concurrent.ConcurrentQueue<string> Errors { get; } = new();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel == LogLevel.Error)
            {
                Errors.Enqueue(formatter(state, exception));
            }
        }
    }
}

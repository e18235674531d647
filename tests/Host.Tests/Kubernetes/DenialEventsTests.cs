using System.Collections.Concurrent;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Requests;
using ImdsProxy.Kubernetes;
using ImdsProxy.Kubernetes.Events;
using ImdsProxy.Kubernetes.Objects;
using ImdsProxy.TestKit;
using ImdsProxy.TestKit.FakeKubernetes;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Kubernetes;

public sealed class DenialEventsTests : IAsyncLifetime
{
    private const string Token = "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=";

    private readonly ScriptedTime _time = new();
    private readonly ConcurrentQueue<EventObject> _created = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly DenialEvents _events;
    private Task _running = Task.CompletedTask;
    private Exception? _failure;

    public DenialEventsTests() => _events = new DenialEvents(CreateAsync, new EventReporter("node-1", _time, static () => null), 2, _time, NullLogger<DenialEvents>.Instance);

    public ValueTask InitializeAsync()
    {
        _running = RunAsync();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
#pragma warning disable VSTHRD003 // Started by InitializeAsync.
        await _running;
#pragma warning restore VSTHRD003
        _stop.Dispose();
    }

    [Fact]
    public async Task SameDenials_CreateOneEventNowAndOneWithTheirCountAfterFiveMinutes()
    {
        for (var i = 0; i < 3; i++)
        {
            _events.Ended(Record(Token + "https%3A%2F%2Fvault.azure.net"));
        }

        await AfterAsync(TimeSpan.FromSeconds(1), 1);
        _created.Single().Count.ShouldBe(3);
        for (var i = 0; i < 40; i++)
        {
            _events.Ended(Record(Token + "https%3A%2F%2Fvault.azure.net"));
        }

        await AfterAsync(TimeSpan.FromMinutes(4), 1);
        await AfterAsync(TimeSpan.FromMinutes(1.1), 2);
        _created.Last().Count.ShouldBe(40);
    }

    [Fact]
    public async Task PodWithManyDifferentDenials_GetsAFewEvents()
    {
        for (var i = 0; i < 500; i++)
        {
            _events.Ended(Record($"{Token}https%3A%2F%2F{i}.example"));
        }

        await AfterAsync(TimeSpan.FromMinutes(2), 10);
    }

    [Fact]
    public async Task ManyPods_GetNoMoreEventsThanTheRate()
    {
        for (var i = 0; i < 100; i++)
        {
            _events.Ended(Record("/metadata/instance?api-version=2021-02-01", uid: $"u{i}"));
        }

        await AfterAsync(TimeSpan.FromSeconds(10), atLeast: 15);
        _created.Count.ShouldBeLessThanOrEqualTo(22);
    }

    [Fact]
    public async Task QuietAllowedOrUnknown_CreatesNoEventAndAuditModeHasItsOwnReason()
    {
        _events.Ended(Record("/metadata/instance", quiet: true));
        _events.Ended(Record("/metadata/instance", verdict: Verdict.Allowed));
        _events.Ended(Record("/metadata/instance", caller: Caller.Unknown.Instance));
        _events.Ended(Record("/metadata/instance", verdict: Verdict.WouldDeny));

        await AfterAsync(TimeSpan.FromSeconds(3), 1);
        _created.Single().Reason.ShouldBe("ImdsAccessWouldBeDenied");
        _created.Single().Message.ShouldStartWith("ImdsProxy would deny: GET /metadata/instance");
    }

    [Fact]
    public async Task Summary_CountsAllItsRequests()
    {
        _events.Ended(Record(target: null, summed: 3500));
        _events.Ended(Record(target: null, summed: 20));

        await AfterAsync(TimeSpan.FromSeconds(3), 1);
        _created.Single().Count.ShouldBe(3520);
        _created.Single().Message.ShouldBe("ImdsProxy denied: requests above its rate (no-rule).");
    }

    [Fact]
    public async Task FailedEvent_DoesNotStopLaterOnes()
    {
        _failure = new KubeException("403");
        _events.Ended(Record("/metadata/instance"));
        await AfterAsync(TimeSpan.FromSeconds(2), 0);
        _failure = null;
        _events.Ended(Record("/metadata/instance", uid: "other"));
        await AfterAsync(TimeSpan.FromSeconds(2), 1);
    }

    private async Task RunAsync()
    {
        try
        {
            await _events.RunAsync(_stop.Token);
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private Task CreateAsync(EventObject happening, CancellationToken cancellation)
    {
        if (_failure is not null)
        {
            return Task.FromException(_failure);
        }

        _created.Enqueue(happening);
        return Task.CompletedTask;
    }

    private async Task AfterAsync(TimeSpan time, int? exactly = null, int atLeast = 0)
    {
        await Eventually.HoldsAsync(() => _time.Waiting > 0);
        for (var passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromSeconds(1))
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await Eventually.HoldsAsync(() =>
        {
            _time.Advance(TimeSpan.Zero);
            return _created.Count >= (exactly ?? atLeast);
        });
        if (exactly is { } count)
        {
            _created.Count.ShouldBe(count);
        }
    }

    private AuditRecord Record(
        string? target, string uid = "u", bool quiet = false, Verdict verdict = Verdict.Denied, Caller? caller = null, long summed = 0) => new()
        {
            Timestamp = _time.GetUtcNow(),
            Id = "1",
            Verdict = verdict,
            Reason = Reason.NoRule,
            Mode = PolicyMode.Enforce,
            Quiet = quiet,
            Caller = caller ?? new Caller.Pod(new PodIdentity("ns", "pod", uid, "sa", null, [])),
            Request = target is null ? null : ImdsRequestParser.Parse("GET", target, new NoHeaders()).Request,
            Summed = summed,
            Status = 403,
            Milliseconds = 1,
        };

    private readonly struct NoHeaders : IRequestHeaders
    {
        public int Count(string name) => string.Equals(name, "Host", StringComparison.OrdinalIgnoreCase) ? 1 : 0;

        public string? First(string name) => string.Equals(name, "Host", StringComparison.OrdinalIgnoreCase) ? "169.254.169.254" : null;
    }
}

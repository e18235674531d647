using System.Net;
using ImdsProxy.Core.Audit;
using ImdsProxy.Metrics;
using ImdsProxy.Redirect;
using ImdsProxy.Redirect.HostPods;
using ImdsProxy.TestKit;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Redirect.HostPods;

/// <summary>When the lease is renewed, when it ends, and which events say so.</summary>
public sealed class LeaseWatchTests : IDisposable
{
    private readonly DirectoryInfo _overrides = Directory.CreateTempSubdirectory("imds-proxy-lease-");
    private readonly ManualTime _time = new();
    private readonly NodeTables _node = new();
    private readonly List<AuditEvent> _events = [];
    private readonly HostPodsMetrics _metrics = new(new MetricsRegistry().Factory);
    private readonly HostPodsEvents _queue;
    private readonly LeaseWatch _watch;
    private string? _answer;
    private Action _whileAsking = () => { };

    public LeaseWatchTests()
    {
        var services = new RedirectServices(
            (_, _, _, _) => throw new InvalidOperationException("no program is run"), (_, _) => true, _ => Task.FromResult<IReadOnlyDictionary<string, string>?>(null),
            Write, _time, NullLogger.Instance, new RedirectMetrics(new MetricsRegistry().Factory), _metrics);
        _queue = new HostPodsEvents(services);
        _watch = new LeaseWatch(
            new LeaseTable(() => _node, IPAddress.Parse("10.1.0.4"), 16254), Ask, "10.1.0.4:16254", new RedirectSettings { OverrideDirectory = _overrides.FullName }, services, _queue);
    }

    public void Dispose() => _overrides.Delete(recursive: true);

    [Fact]
    public async Task Proxy_Ready_HoldsTheLeaseWithOneEvent()
    {
        await StepsAsync(3);
        _node.HasLease.ShouldBeTrue();
        _node.Renewals.ShouldBe(3);
        _metrics.IsIntercepted.ShouldBeTrue();
        (await EventsAsync()).ShouldBe(["""host-pods-resumed {"target":"10.1.0.4:16254","secondsUnseen":null}"""]);
    }

    [Fact]
    public async Task Proxy_NotReady_EndsTheLeaseAtOnceAndBringsItBack()
    {
        await StepsAsync(1);
        _answer = "the proxy answers 503: draining";
        await StepsAsync(2);
        _node.HasLease.ShouldBeFalse();
        _metrics.IsIntercepted.ShouldBeFalse();
        _answer = null;
        await StepsAsync(1);
        (await EventsAsync()).ShouldBe(
        [
            """host-pods-resumed {"target":"10.1.0.4:16254","secondsUnseen":null}""",
            """host-pods-lapsed {"since":"2026-11-21T04:30:01.0000000Z","reason":"the proxy answers 503: draining"}""",
            """host-pods-resumed {"target":"10.1.0.4:16254","secondsUnseen":2}""",
        ]);
    }

    // An earlier watch that was killed may have left a lease.
    [Fact]
    public async Task Lease_OfAnEarlierWatch_EndsIfTheProxyIsNotReady()
    {
        new LeaseTable(() => _node, IPAddress.Parse("10.1.0.4"), 16254).Renew();
        _answer = "the proxy can't be asked: Connection refused";
        await StepsAsync(1);
        _node.HasLease.ShouldBeFalse();
        (await EventsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Watch_StoppedForLongerThanTheLease_ReportsTheLapse()
    {
        await StepsAsync(1);
        _time.Advance(TimeSpan.FromSeconds(9));
        await StepsAsync(1);
        (await EventsAsync()).Skip(1).ShouldBe(
        [
            """host-pods-lapsed {"since":"2026-11-21T04:30:03.0000000Z","reason":"the watch did not run for 10.0 s"}""",
            """host-pods-resumed {"target":"10.1.0.4:16254","secondsUnseen":7}""",
        ]);
    }

    // The proxy may have died while this process was stopped, so an answer from before says nothing.
    [Fact]
    public async Task Watch_StoppedAfterTheAnswer_DoesNotRenew()
    {
        _whileAsking = () => _time.Advance(TimeSpan.FromSeconds(5));
        await StepsAsync(1);
        _node.HasLease.ShouldBeFalse();
    }

    [Fact]
    public async Task Override_On_RemovesTheTableUntilItIsGone()
    {
        await StepsAsync(1);
        foreach (var (name, text) in new[] { ("interception", "off"), ("until", "2026-11-21T05:00:00Z"), ("reason", "ticket 4711") })
        {
            await File.WriteAllTextAsync(Path.Combine(_overrides.FullName, name), text, TestContext.Current.CancellationToken);
        }

        await StepsAsync(2);
        _node.HasTable.ShouldBeFalse();
        File.Delete(Path.Combine(_overrides.FullName, "interception"));
        await StepsAsync(1);
        _node.HasLease.ShouldBeTrue();
        var events = await EventsAsync();
        events.Count.ShouldBe(3);
        events[1].ShouldContain("ticket 4711");
    }

    [Fact]
    public async Task Table_RemovedByAnotherProgram_IsBuiltAgainWithAnEvent()
    {
        await StepsAsync(1);
        _node.Flush();
        await StepsAsync(1);
        _node.HasLease.ShouldBeTrue();
        var events = await EventsAsync();
        events.Count.ShouldBe(3);
        events[1].ShouldContain("another program removed or changed the nft table ip imds_proxy_host");
    }

    [Fact]
    public async Task Kernel_Refusing_LetsTheLeaseLapse()
    {
        await StepsAsync(1);
        _node.Refusals[ImdsProxy.Redirect.Kernel.NfTablesMessage.NewElement] = 12;
        await StepsAsync(1);
        _metrics.IsIntercepted.ShouldBeFalse();
        (await EventsAsync())[^1].ShouldContain("the lease can\\u0027t be renewed");
    }

    [Fact]
    public async Task Watch_Ended_EndsTheLease()
    {
        using var end = new CancellationTokenSource();
        _whileAsking = end.Cancel;
        await _watch.RunAsync(end.Token);
        _node.HasLease.ShouldBeFalse();
        (await EventsAsync())[^1].ShouldContain("the watch ended");
    }

    // A disk that hangs must not delay the lease, and the events that wait take bounded memory.
    [Fact]
    public async Task Events_ThatCannotBeWritten_DelayNothing()
    {
        _stuck = new TaskCompletionSource();
        var never = new TaskCompletionSource();
        var writing = _queue.RunAsync(() => never.Task);
        for (var lapse = 0; lapse < 1_000; lapse++)
        {
            _answer = lapse % 2 == 0 ? null : "down";
            await StepsAsync(1);
        }

        _answer = null;
        await StepsAsync(1);
        _node.HasLease.ShouldBeTrue();
        _stuck.SetResult();
        never.SetResult();
        await writing;
        _events.Count.ShouldBeLessThan(300);
    }

    private TaskCompletionSource? _stuck;

    private async Task StepsAsync(int count)
    {
        for (var step = 0; step < count; step++)
        {
            await _watch.StepAsync(CancellationToken.None);
            _time.Advance(TimeSpan.FromSeconds(1));
        }
    }

    private async Task<IReadOnlyList<string>> EventsAsync()
    {
        await _queue.RunAsync(static () => Task.CompletedTask);
        return [.. _events.Select(e => $"{e.Name} {e.Fields.ToJsonString()}")];
    }

    private Task<string?> Ask(CancellationToken cancellation)
    {
        _whileAsking();
        return Task.FromResult(_answer);
    }

    private async ValueTask Write(AuditEvent auditEvent)
    {
        if (_stuck is { } stuck)
        {
            await stuck.Task;
        }

        _events.Add(auditEvent);
    }
}

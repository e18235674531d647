using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Callers;
using ImdsProxy.Metrics;
using ImdsProxy.Redirect;
using ImdsProxy.Redirect.HostPods;
using ImdsProxy.TestKit;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Redirect.HostPods;

/// <summary>Each way past the proxy becomes one event, and many of them stay bounded.</summary>
public sealed class PastReportsTests
{
    private static readonly PastFinding Stranger = new(PastReason.Uid, new SocketOwner.OfPod("u1"), "/kubepods/podu1/c", 2);

    private readonly ManualTime _time = new();
    private readonly List<AuditEvent> _events = [];
    private readonly HostPodsEvents _queue;
    private readonly PastReports _reports;

    public PastReportsTests()
    {
        var services = new RedirectServices(
            (_, _, _, _) => throw new InvalidOperationException("no program is run"), (_, _) => true, _ => Task.FromResult<IReadOnlyDictionary<string, string>?>(null),
            Write, _time, NullLogger.Instance, new RedirectMetrics(new MetricsRegistry().Factory), new HostPodsMetrics(new MetricsRegistry().Factory));
        _queue = new HostPodsEvents(services);
        _reports = new PastReports(services, _queue);
    }

    [Fact]
    public async Task Finding_ThatStays_IsReportedAgainAfterTenMinutes()
    {
        _reports.Report([Stranger]);
        _reports.Report([Stranger with { Count = 3, Text = "/kubepods/podu1/d" }]);
        _time.Advance(TimeSpan.FromMinutes(10));
        _reports.Report([Stranger]);
        var events = await EventsAsync();
        events.ShouldBe([.. Enumerable.Repeat("""host-pods-past {"reason":"uid","podUid":"u1","cgroup":"/kubepods/podu1/c","sockets":2}""", 2)]);
    }

    public static TheoryData<int, string> Findings => new()
    {
        { 0, """{"reason":"uid","unit":"kubelet.service","cgroup":"/system.slice/kubelet.service","sockets":1}""" },
        { 1, """{"reason":"uid","cgroup":"cgroup 4711","sockets":1}""" },
        { 2, """{"reason":"rule","rule":"nft nat OUTPUT: -j DNAT"}""" },
    };

    [Theory]
    [MemberData(nameof(Findings))]
    public void Finding_OfEachKind_SaysWhatIsKnown(int index, string fields) => new PastFinding[]
    {
        new(PastReason.Uid, new SocketOwner.OfNode("kubelet.service"), "/system.slice/kubelet.service", 1),
        new(PastReason.Uid, SocketOwner.None.Instance, "cgroup 4711", 1),
        new(PastReason.Rule, SocketOwner.None.Instance, "nft nat OUTPUT: -j DNAT", 1),
    }[index].Fields().ToJsonString().ShouldBe(fields);

    [Fact]
    public async Task Findings_WithoutEnd_AreBounded()
    {
        _reports.Report([.. Enumerable.Range(0, 1_000).Select(i => Stranger with { Owner = new SocketOwner.OfPod($"u{i}"), Text = new string('x', 10_000) })]);
        var events = await EventsAsync();
        events.Count.ShouldBe(128);
        events.ShouldAllBe(e => e.Length < 600);
    }

    private async Task<IReadOnlyList<string>> EventsAsync()
    {
        await _queue.RunAsync(static () => Task.CompletedTask);
        return [.. _events.Select(e => $"{e.Name} {e.Fields.ToJsonString()}")];
    }

    private ValueTask Write(AuditEvent auditEvent)
    {
        _events.Add(auditEvent);
        return ValueTask.CompletedTask;
    }
}

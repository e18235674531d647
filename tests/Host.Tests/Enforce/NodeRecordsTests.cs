using System.Net;
using ImdsProxy.Audit;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Policy;
using ImdsProxy.Enforce;
using ImdsProxy.HostPods;
using ImdsProxy.PolicySource;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Enforce;

/// <summary>The records of the node's own requests. The node never waits for them.</summary>
public sealed class NodeRecordsTests
{
    private static readonly IPEndPoint Client = new(IPAddress.Parse("10.0.0.4"), 40132);

    // The log never answers, and each call returns.
    [Fact]
    public async Task Write_WhileTheLogIsStuck_HoldsABoundedNumberAndCountsTheRest()
    {
        var log = new StuckLog();
        var lost = 0;
        await using var summaries = new Summaries(log, static (_, _) => { }, TimeProvider.System);
        var records = Records(log, summaries, perSecond: 1_000_000, written => lost += written ? 0 : 1);

        for (var i = 0; i < NodeRecords.MaxWaiting + 3; i++)
        {
            records.Write(Client, "kubelet.service", "0HN1", Head("/metadata/versions"));
        }

        log.Records.Count.ShouldBe(NodeRecords.MaxWaiting);
        lost.ShouldBe(3);
    }

    [Fact]
    public async Task Write_AboveTheUnitsRate_IsSummarizedByUnit()
    {
        var log = new StuckLog();
        await using var summaries = new Summaries(log, static (_, _) => { }, TimeProvider.System);
        var records = Records(log, summaries, perSecond: 1, static _ => { });

        for (var i = 0; i < 50; i++)
        {
            records.Write(Client, "busy.service", "0HN1", Head("/metadata/versions"));
        }

        records.Write(Client, "kubelet.service", "0HN2", Head("/metadata/versions"));
        log.Records.Select(static record => ((Caller.Node)record.Caller).Unit).ShouldBe(["busy.service", "busy.service", "kubelet.service"]);
    }

    [Theory]
    [InlineData("/metadata/versions", "/metadata/versions", null)]
    [InlineData("/metadata/instance?x=%3F", null, "/metadata/instance?x=%3F")]
    public async Task Write_Request_IsRecordedAsSent(string target, string? path, string? rawTarget)
    {
        var record = await OneAsync(Head(target));
        (record.Verdict, record.Reason, record.Mode, record.Status).ShouldBe((Verdict.Allowed, Reason.CallerIsNode, PolicyMode.Audit, 0));
        record.Caller.ShouldBe(Caller.Node.Of("kubelet.service"));
        (record.Request?.Path, record.RawTarget, record.UserAgent, record.Probe).ShouldBe((path, rawTarget, "kubelet", false));
    }

    [Fact]
    public async Task Write_LostThread_SaysSo()
    {
        var record = await OneAsync(RequestHead.Lost);
        record.Error.ShouldNotBeNull().ShouldContain("could not be read as requests");
        (record.Request, record.RawTarget, record.Probe).ShouldBe((null, null, false));
    }

    private static async Task<AuditRecord> OneAsync(RequestHead head)
    {
        var log = new StuckLog();
        await using var summaries = new Summaries(log, static (_, _) => { }, TimeProvider.System);
        Records(log, summaries, perSecond: 100, static _ => { }).Write(Client, "kubelet.service", "0HN1", head);
        return log.Records.ShouldHaveSingleItem();
    }

    private static RequestHead Head(string target) => new(
        "GET", target, [new("Host", "169.254.169.254"), new("Metadata", "true"), new("User-Agent", "kubelet")]);

    private static NodeRecords Records(IAuditLog log, Summaries summaries, int perSecond, Action<bool> written)
    {
        var time = TimeProvider.System;
        return new NodeRecords(
            new ActivePolicy(time), time, log, new CallerRates(perSecond, new ManualTime()), summaries, static _ => { }, (_, isWritten) => written(isWritten));
    }

    private sealed class StuckLog : IAuditLog
    {
        private readonly TaskCompletionSource<bool> _never = new();

        public List<AuditRecord> Records { get; } = [];

        public string? Failure => null;

        public ValueTask<bool> WriteAsync(AuditRecord record)
        {
            Records.Add(record);
            return new ValueTask<bool>(_never.Task);
        }

        public ValueTask<bool> WriteAsync(AuditEvent auditEvent) => new(_never.Task);
    }
}

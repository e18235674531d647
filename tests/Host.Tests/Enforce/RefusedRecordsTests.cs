using ImdsProxy.Audit;
using ImdsProxy.Core.Audit;
using ImdsProxy.Enforce;
using ImdsProxy.Identify;
using ImdsProxy.PolicySource;
using ImdsProxy.TestKit;
using Microsoft.AspNetCore.Http;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Enforce;

public sealed class RefusedRecordsTests
{
    [Fact]
    public async Task Write_WhileTheLogIsStuck_HoldsABoundedNumberAndCountsTheRest()
    {
        var log = new StillLog();
        var lost = 0;
        await using var summaries = new Summaries(log, static (_, _) => { }, TimeProvider.System);
        var rates = new CallerRates(perSecond: 1_000_000, TimeProvider.System);
        var records = Refused(log, rates, summaries, written => lost += written ? 0 : 1);

        for (var i = 0; i < RefusedRecords.MaxWaiting + 3; i++)
        {
            records.Write(new DefaultHttpContext().Features);
        }

        log.Held.ShouldBe(RefusedRecords.MaxWaiting);
        lost.ShouldBe(3);
    }

    [Fact]
    public async Task Write_AboveTheCallersRate_IsSummarized()
    {
        var log = new StillLog();
        var requests = 0;
        await using var summaries = new Summaries(log, static (_, _) => { }, TimeProvider.System);
        var records = Refused(log, new CallerRates(perSecond: 1, new ManualTime()), summaries, static _ => { }, () => requests++);

        for (var i = 0; i < 50; i++)
        {
            records.Write(new DefaultHttpContext().Features);
        }

        // Two seconds' worth of records at once. The rest go into summaries, and the metrics count them all.
        log.Held.ShouldBe(2);
        requests.ShouldBe(50);
    }

    private static RefusedRecords Refused(IAuditLog log, CallerRates rates, Summaries summaries, Action<bool> written, Action? ended = null)
    {
        var time = TimeProvider.System;
        return new RefusedRecords(new FileCallers(time), new ActivePolicy(time), time, log, rates, summaries, _ => ended?.Invoke(), (_, isWritten) => written(isWritten));
    }

    private sealed class StillLog : IAuditLog
    {
        private readonly TaskCompletionSource<bool> _never = new();

        public int Held { get; private set; }

        public string? Failure => null;

        public ValueTask<bool> WriteAsync(AuditRecord record)
        {
            Held++;
            return new(_never.Task);
        }

        public ValueTask<bool> WriteAsync(AuditEvent auditEvent) => throw new NotSupportedException();
    }
}

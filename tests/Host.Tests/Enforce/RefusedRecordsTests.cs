using ImdsProxy.Audit;
using ImdsProxy.Core.Audit;
using ImdsProxy.Enforce;
using ImdsProxy.Identify;
using Microsoft.AspNetCore.Http.Features;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Enforce;

public sealed class RefusedRecordsTests
{
    [Fact]
    public void Write_WhileTheLogStandsStill_HoldsSoManyAndCountsTheRest()
    {
        var log = new StillLog();
        var lost = 0;
        var records = new RefusedRecords(new FileCallers(TimeProvider.System), () => null, TimeProvider.System, log, (_, written) => lost += written ? 0 : 1);

        for (var i = 0; i < RefusedRecords.MostWaiting + 3; i++)
        {
            records.Write(new FeatureCollection());
        }

        log.Held.ShouldBe(RefusedRecords.MostWaiting);
        lost.ShouldBe(3);
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

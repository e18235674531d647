using System.Threading.Channels;
using ImdsProxy.Audit;
using ImdsProxy.Core.Audit;
using ImdsProxy.Serving;
using ImdsProxy.TestKit.FakeKubernetes;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Serving;

public sealed class HeartbeatTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Run_EachHour_WritesOneEvent()
    {
        var (log, time) = (new Log(), new ScriptedTime());
        var start = time.GetUtcNow();
        using var end = new CancellationTokenSource();
        var running = new Heartbeat(log, time).RunAsync(end.Token);

        for (var hours = 1; hours <= 3; hours++)
        {
            time.Advance(TimeSpan.FromHours(1) - TimeSpan.FromTicks(1));
            log.Events.TryRead(out _).ShouldBeFalse();
            time.Advance(TimeSpan.FromTicks(1));
            var beat = await log.Events.ReadAsync().AsTask().WaitAsync(Patience);
            (beat.Name, beat.Timestamp, beat.Fields.Count).ShouldBe(("alive", start.AddHours(hours), 0));
        }

        await end.CancelAsync();
        await running;
        time.Advance(TimeSpan.FromHours(5));
        log.Events.TryRead(out _).ShouldBeFalse();
    }

    private sealed class Log : IAuditLog
    {
        private readonly Channel<AuditEvent> _events = Channel.CreateUnbounded<AuditEvent>();

        public ChannelReader<AuditEvent> Events => _events.Reader;

        public string? Failure => null;

        public ValueTask<bool> WriteAsync(AuditRecord record) => throw new NotSupportedException();

        public ValueTask<bool> WriteAsync(AuditEvent auditEvent) => ValueTask.FromResult(_events.Writer.TryWrite(auditEvent));
    }
}

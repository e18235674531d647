using ImdsProxy.Audit;
using ImdsProxy.Core.Audit;

namespace ImdsProxy.Serving;

/// <summary>Writes the event <c>alive</c> each hour, so that an hour without requests differs from an hour without a proxy.</summary>
internal sealed class Heartbeat(IAuditLog audit, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellation))
            {
                await audit.WriteAsync(new AuditEvent(time.GetUtcNow(), "alive", []));
            }
        }
        catch (OperationCanceledException)
        {
            // The proxy ends, which the log records as "stopped".
        }
    }
}

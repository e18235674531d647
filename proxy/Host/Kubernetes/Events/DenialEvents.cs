using System.Threading.Channels;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Callers;
using ImdsProxy.Kubernetes.Objects;

namespace ImdsProxy.Kubernetes.Events;

/// <summary>
/// Reports denials as Events on the denied pods. A pod controls how often it is denied and which values the Event quotes,
/// so everything is bounded: one Event per kind of denial in five minutes, a few kinds per pod, and a total rate.
/// </summary>
internal sealed partial class DenialEvents(
    Func<EventObject, CancellationToken, Task> create,
    EventReporter reporter,
    double perSecond,
    TimeProvider time,
    ILogger<DenialEvents> logger)
{
    // A delay of one second is short enough for people, and it groups a second's denials into one Event.
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private const int MaxQueued = 1000;

    private readonly DenialTally _tally = new(time);
    private readonly Channel<AuditRecord> _denials = Channel.CreateBounded<AuditRecord>(
        new BoundedChannelOptions(MaxQueued) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    /// <summary>Queues a denial for reporting. Never blocks; when the queue is full, the denial appears only in the audit log.</summary>
    public void Ended(AuditRecord record)
    {
        if (perSecond > 0 && record is { Verdict: Verdict.Denied or Verdict.WouldDeny, Quiet: false, Caller: Caller.Pod })
        {
            _denials.Writer.TryWrite(record);
        }
    }

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var budget = new EventBudget(perSecond, time);
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(cancellation))
        {
            while (_denials.Reader.TryRead(out var record))
            {
                _tally.Count(record);
            }

            while (budget.HasOne && _tally.TakeDue() is { } due)
            {
                budget.Take();
                await CreateAsync(reporter.OfDenial(due), cancellation);
            }

            _tally.ForgetOld();
        }
    }

    private async Task CreateAsync(EventObject happening, CancellationToken cancellation)
    {
        try
        {
            await create(happening, cancellation);
        }
        catch (KubeException e)
        {
            Log.NotCreated(logger, happening.InvolvedObject.Namespace, happening.InvolvedObject.Name, e.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventName = "EventNotCreated", Level = LogLevel.Warning, Message = "The Event about {Namespace}/{Name} could not be created: {Failure}")]
        public static partial void NotCreated(ILogger logger, string @namespace, string name, string failure);
    }
}

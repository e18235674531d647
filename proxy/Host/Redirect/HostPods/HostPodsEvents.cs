using System.Threading.Channels;
using ImdsProxy.Core.Audit;

namespace ImdsProxy.Redirect.HostPods;

/// <summary>
/// Writes events beside the loops that find them. A full or hanging disk must not delay the renewal or the end of the lease, so
/// events wait in a bounded queue, and an event that finds it full goes to the operational log.
/// </summary>
internal sealed partial class HostPodsEvents(RedirectServices services)
{
    private const int MaxWaiting = 256;

    // How long the events that wait may take when the watch ends.
    private static readonly TimeSpan FinishTimeout = TimeSpan.FromSeconds(2);

    private readonly Channel<AuditEvent> _waiting = Channel.CreateBounded<AuditEvent>(MaxWaiting);

    public void Write(AuditEvent auditEvent)
    {
        if (!_waiting.Writer.TryWrite(auditEvent))
        {
            Messages.NotWritten(services.Log, auditEvent.Name, auditEvent.Fields.ToJsonString());
        }
    }

    /// <summary>Writes events until the work ends, and then those that still wait.</summary>
    public async Task RunAsync(Func<Task> work)
    {
        var writing = WriteAllAsync();
        try
        {
            await work();
        }
        finally
        {
            _waiting.Writer.Complete();
            await Task.WhenAny(writing, Task.Delay(FinishTimeout, services.Time));
        }
    }

    private async Task WriteAllAsync()
    {
        await foreach (var auditEvent in _waiting.Reader.ReadAllAsync())
        {
            await services.Write(auditEvent);
        }
    }

    private static partial class Messages
    {
        [LoggerMessage(EventName = "HostPodsEventNotWritten", Level = LogLevel.Warning, Message = "The audit log does not keep up, so this event is only here: {Name} {Fields}")]
        public static partial void NotWritten(ILogger log, string name, string fields);
    }
}

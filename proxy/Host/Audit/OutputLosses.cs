using ImdsProxy.Audit.Chain;
using ImdsProxy.Core.Audit;

namespace ImdsProxy.Audit;

/// <summary>Records in the log how many lines one output has lost. Someone who reads only that output must learn that lines are missing.</summary>
/// <param name="output">The output's name in the event.</param>
/// <param name="lost">Returns the total number of lines that the output has lost.</param>
/// <param name="time">The clock.</param>
internal sealed class OutputLosses(string output, Func<long> lost, TimeProvider time)
{
    private DateTimeOffset _since = time.GetUtcNow();
    private long _told;

    /// <summary>Writes an event if lines were lost since the last event.</summary>
    /// <param name="write">Writes an event. If it returns false, the next call reports the same losses.</param>
    /// <returns>Whether an event was written.</returns>
    public bool Tell(Func<AuditEvent, bool> write)
    {
        var now = time.GetUtcNow();
        var all = lost();
        if (all > _told && !write(AuditEvents.LostBy(now, _since, all - _told, output)))
        {
            return false;
        }

        var news = all > _told;
        (_told, _since) = (all, now);
        return news;
    }
}

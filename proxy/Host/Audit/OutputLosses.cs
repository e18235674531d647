using ImdsProxy.Audit.Chain;
using ImdsProxy.Core.Audit;

namespace ImdsProxy.Audit;

/// <summary>Tells the log of lines that one of its outputs has lost: whoever reads only what arrived must learn that there was more.</summary>
/// <param name="output">The output's name in the event.</param>
/// <param name="lost">How many lines it has lost in all.</param>
/// <param name="clock">The clock.</param>
internal sealed class OutputLosses(string output, Func<long> lost, TimeProvider clock)
{
    private DateTimeOffset _since = clock.GetUtcNow();
    private long _told;

    /// <summary>Tells what was lost since it was told last.</summary>
    /// <param name="write">Writes an event; false where that failed, and it is told next time.</param>
    /// <returns>Whether there was anything to tell, and it was told.</returns>
    public bool Tell(Func<AuditEvent, bool> write)
    {
        var now = clock.GetUtcNow();
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

using ImdsProxy.Core.Audit;

namespace ImdsProxy.Audit.Export;

/// <summary>Tells the log of lines that its export has lost: whoever reads only what arrived must learn that there was more.</summary>
internal sealed class ExportLosses(Func<long> lost, TimeProvider clock)
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
        if (all > _told && !write(AuditEvents.ExportLost(now, _since, all - _told)))
        {
            return false;
        }

        var news = all > _told;
        (_told, _since) = (all, now);
        return news;
    }
}

using ImdsProxy.Core.Audit;

namespace ImdsProxy.Audit;

/// <summary>A time in which the directory could not be written, and what became of the records meanwhile.</summary>
internal sealed class DegradedPeriod
{
    private DateTimeOffset _since;
    private long _firstElsewhere;
    private long _lastElsewhere;

    /// <summary>Why, or null where there is no such time.</summary>
    public string? Cause { get; private set; }

    /// <summary>Records that were written nowhere.</summary>
    public long Lost { get; set; }

    /// <summary>Whether stdout has been told.</summary>
    public bool Announced => _firstElsewhere != 0;

    public void Begin(DateTimeOffset now, string cause)
    {
        if (Cause is null)
        {
            _since = now;
        }

        Cause = cause;
    }

    public void WroteElsewhere(long first, long last)
    {
        _firstElsewhere = _firstElsewhere == 0 ? first : _firstElsewhere;
        _lastElsewhere = last;
    }

    /// <summary>What the first lines of the next segment tell of it.</summary>
    public IEnumerable<AuditEvent> Events(DateTimeOffset now)
    {
        yield return AuditEvents.Recovered(now, _since, Cause!, _firstElsewhere, _lastElsewhere);
        if (Lost > 0)
        {
            yield return AuditEvents.RecordsLost(now, _since, Lost);
        }
    }

    public void End()
    {
        Cause = null;
        Lost = 0;
        _firstElsewhere = _lastElsewhere = 0;
    }
}

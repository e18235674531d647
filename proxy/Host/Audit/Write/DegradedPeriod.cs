using ImdsProxy.Audit.Chain;
using ImdsProxy.Audit.Settings;
using ImdsProxy.Core.Audit;

namespace ImdsProxy.Audit.Write;

/// <summary>A period in which records could not be written to their normal output. Tracks what happened to these records.</summary>
internal sealed partial class DegradedPeriod(AuditOnError onError, TimeProvider time, ILogger logger)
{
    // One range per stall. Further stalls extend the last range, which then also covers records whose answers did leave.
    private const int MostLate = 32;

    private readonly List<SeqRange> _late = [];
    private DateTimeOffset _since;
    private long _firstElsewhere;
    private long _lastElsewhere;

    /// <summary>The cause, or null outside such a period.</summary>
    public string? Cause { get; private set; }

    /// <summary>The number of records that were not written to any output.</summary>
    public long Lost { get; set; }

    /// <summary>Whether stdout has the event <c>audit-degraded</c>.</summary>
    public bool Announced => _firstElsewhere != 0;

    /// <summary>Begins the period, or continues it with a new cause.</summary>
    public void Begin(string cause)
    {
        if (Cause is null)
        {
            _since = time.GetUtcNow();
            Log.Degraded(logger, cause, onError);
        }

        Cause = cause;
    }

    /// <summary>Begins the period for a write that took too long. The stall itself has already been logged.</summary>
    public void Begin(Stall stall)
    {
        _since = Cause is null ? stall.Since : _since;
        Cause = stall.Cause;
    }

    /// <summary>Adds records that were written, or may still be written, after their callers had been refused.</summary>
    public void WroteLate(SeqRange range)
    {
        Lost -= range.Count;
        if (range.IsEmpty)
        {
            return;
        }

        if (_late.Count < MostLate)
        {
            _late.Add(range);
        }
        else
        {
            _late[^1] = _late[^1] with { Last = range.Last };
        }
    }

    /// <summary>Adds records that were written to stdout instead.</summary>
    public void WroteElsewhere(long first, long last)
    {
        _firstElsewhere = _firstElsewhere == 0 ? first : _firstElsewhere;
        _lastElsewhere = last;
    }

    /// <summary>Returns the events that describe the period, for the first lines after it. Returns none outside such a period.</summary>
    public IEnumerable<AuditEvent> Events(DateTimeOffset now)
    {
        if (Cause is null)
        {
            yield break;
        }

        yield return AuditEvents.Recovered(now, _since, Cause, _firstElsewhere, _lastElsewhere);
        if (Lost > 0)
        {
            yield return AuditEvents.RecordsLost(now, _since, Lost);
        }

        foreach (var (first, last) in _late)
        {
            yield return AuditEvents.Late(now, first, last);
        }
    }

    /// <summary>Ends the period, if there is one.</summary>
    public void End()
    {
        if (Cause is null)
        {
            return;
        }

        Log.Recovered(logger, Lost);
        Cause = null;
        Lost = 0;
        _late.Clear();
        _firstElsewhere = _lastElsewhere = 0;
    }

    private static partial class Log
    {
        [LoggerMessage(EventName = "AuditDegraded", Level = LogLevel.Error, Message = "The audit directory cannot be written: {Cause}. Behaviour until it can: {OnError}.")]
        public static partial void Degraded(ILogger logger, string cause, AuditOnError onError);

        [LoggerMessage(EventName = "AuditRecovered", Level = LogLevel.Warning, Message = "Audit records can be written again. {Lost} records are missing from the log; their requests were denied or counted.")]
        public static partial void Recovered(ILogger logger, long lost);
    }
}

using ImdsProxy.Audit.Chain;
using ImdsProxy.Audit.Settings;
using ImdsProxy.Core.Audit;

namespace ImdsProxy.Audit.Write;

/// <summary>A time in which records could not be written where they belong, and what became of them meanwhile.</summary>
internal sealed partial class DegradedPeriod(AuditOnError onError, TimeProvider clock, ILogger logger)
{
    // Each tells of one stall. Beyond so many the last one is stretched: it then also covers records whose answers did leave.
    private const int MostLate = 32;

    private readonly List<SeqRange> _late = [];
    private DateTimeOffset _since;
    private long _firstElsewhere;
    private long _lastElsewhere;

    /// <summary>Why, or null where there is no such time.</summary>
    public string? Cause { get; private set; }

    /// <summary>Records that were written nowhere.</summary>
    public long Lost { get; set; }

    /// <summary>Whether stdout has been told.</summary>
    public bool Announced => _firstElsewhere != 0;

    /// <summary>Begins it, or goes on with it for another cause.</summary>
    public void Begin(string cause)
    {
        if (Cause is null)
        {
            _since = clock.GetUtcNow();
            Log.Degraded(logger, cause, onError);
        }

        Cause = cause;
    }

    /// <summary>Begins it for a write that took too long, which was logged when it did.</summary>
    public void Begin(Stall stall)
    {
        _since = Cause is null ? stall.Since : _since;
        Cause = stall.Cause;
    }

    /// <summary>Records that were written, or may yet be, after their callers were told that they are not.</summary>
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

    public void WroteElsewhere(long first, long last)
    {
        _firstElsewhere = _firstElsewhere == 0 ? first : _firstElsewhere;
        _lastElsewhere = last;
    }

    /// <summary>What the first lines after it tell of it: nothing where there is none.</summary>
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

    /// <summary>Ends it, where there is one.</summary>
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
        [LoggerMessage(EventName = "AuditDegraded", Level = LogLevel.Error, Message = "The audit directory can't be written: {Cause}. Until it can: {OnError}.")]
        public static partial void Degraded(ILogger logger, string cause, AuditOnError onError);

        [LoggerMessage(EventName = "AuditRecovered", Level = LogLevel.Warning, Message = "Audit records can be written again. {Lost} records were written nowhere, and their requests denied or counted.")]
        public static partial void Recovered(ILogger logger, long lost);
    }
}

using System.Collections.Concurrent;

namespace ImdsProxy.Audit.Reserve;

/// <summary>The quotas of one hour. A node runs up to 250 pods. Callers beyond the maximum share one quota.</summary>
internal sealed class ReserveHour(long number)
{
    private const int MostCallers = 4096;

    private readonly ConcurrentDictionary<object, CallerReserve> _callers = new();
    private readonly CallerReserve _others = new();
    private int _count;

    /// <summary>Hours since year 1.</summary>
    public long Number => number;

    /// <summary>Returns the quota of a caller, which is a pod's UID or an address.</summary>
    public CallerReserve Of(object caller)
    {
        if (_callers.TryGetValue(caller, out var known))
        {
            return known;
        }

        if (Volatile.Read(ref _count) >= MostCallers)
        {
            return _others;
        }

        var added = new CallerReserve();
        var kept = _callers.GetOrAdd(caller, added);
        if (kept == added)
        {
            Interlocked.Increment(ref _count);
        }

        return kept;
    }
}

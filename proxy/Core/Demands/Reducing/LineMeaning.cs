namespace ImdsProxy.Core.Demands.Reducing;

/// <summary>
/// The meaning of lines that are equal when masked, and the requests of these lines that are not yet added to their row: those of the
/// current pod, those of the current day, and all of them.
/// </summary>
/// <param name="chain">The chain that the lines belong to.</param>
internal sealed class LineMeaning(ChainSpans chain)
{
    public ChainSpans Chain { get; } = chain;

    /// <summary>Whether the lines count at all; false if the filter does not want them.</summary>
    public bool IsWanted { get; init; } = true;

    /// <summary>Why the lines are no demand, or null.</summary>
    public NotJudged? Cause { get; init; }

    /// <summary>The requests that one line stands for.</summary>
    public long Weight { get; init; } = 1;

    public WorkloadRows? Workload { get; init; }

    /// <summary>The row; null or folded if the workload has too many.</summary>
    public DemandRow? Row { get; init; }

    public string? UserAgent { get; init; }

    public int Status { get; init; }

    /// <summary>The earliest line in the whole log.</summary>
    public long EarliestTicks { get; private set; } = long.MaxValue;

    public long FirstTicks { get; private set; } = long.MaxValue;

    public long LastTicks { get; private set; }

    /// <summary>The requests that are not yet added.</summary>
    public long Requests { get; private set; }

    /// <summary>The pod of the last request. Its requests are added before another pod's are counted.</summary>
    public SeenPod? Pod { get; private set; }

    public uint PodRequests { get; private set; }

    /// <summary>The day of the last request. Its requests are added before another day's are counted.</summary>
    public int Day { get; private set; } = -1;

    public uint DayRequests { get; private set; }

    /// <summary>Notes a line, whether or not it is in the time range.</summary>
    public void See(long ticks) => EarliestTicks = Math.Min(EarliestTicks, ticks);

    /// <summary>Counts a line in the time range.</summary>
    public void Count(long ticks)
    {
        Requests += Weight;
        FirstTicks = Math.Min(FirstTicks, ticks);
        LastTicks = Math.Max(LastTicks, ticks);
        var day = (int)(ticks / TimeSpan.TicksPerDay);
        if (day != Day)
        {
            Workload?.AddDay(this);
            (Day, DayRequests) = (day, 0);
        }

        DayRequests++;
        PodRequests++;
    }

    /// <summary>Counts the following lines for a pod.</summary>
    public void Change(SeenPod pod)
    {
        Workload?.AddPod(this);
        (Pod, PodRequests) = (pod, 0);
    }

    /// <summary>Notes that all requests were added.</summary>
    public void Clear()
    {
        (Requests, PodRequests, DayRequests) = (0, 0, 0);
        (EarliestTicks, FirstTicks, LastTicks) = (long.MaxValue, long.MaxValue, 0);
    }
}

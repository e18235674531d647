namespace ImdsProxy.Core.Demands.Reducing;

/// <summary>The meaning of lines that are equal when masked, and the requests of these lines that are not yet added to their row.</summary>
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

    /// <summary>The pod of the requests that are not yet added. They are added before another pod's request is counted.</summary>
    public ulong PodHash { get; set; }

    /// <summary>Tells the pod from others, as the mask of its lines does; 0 if the pod is not left out of them.</summary>
    public ulong PodMark { get; set; }

    /// <summary>The name of the pod.</summary>
    public string? Pod { get; set; }

    public ulong NodeHash { get; init; }

    public string? UserAgent { get; init; }

    public int Status { get; init; }

    /// <summary>The earliest line in the whole log.</summary>
    public long EarliestTicks { get; private set; } = long.MaxValue;

    public long FirstTicks { get; private set; } = long.MaxValue;

    public long LastTicks { get; private set; }

    /// <summary>The day of the requests that are not yet added. They are added before another day begins.</summary>
    public int Day { get; private set; } = -1;

    public long Pending { get; private set; }

    /// <summary>Notes a line, whether or not it is in the time range.</summary>
    public void See(long ticks) => EarliestTicks = Math.Min(EarliestTicks, ticks);

    /// <summary>Counts a line in the time range.</summary>
    public void Count(long ticks, int day)
    {
        Day = day;
        Pending += Weight;
        FirstTicks = Math.Min(FirstTicks, ticks);
        LastTicks = Math.Max(LastTicks, ticks);
    }

    /// <summary>Notes that the requests were added.</summary>
    public void Clear()
    {
        (Pending, Day) = (0, -1);
        (EarliestTicks, FirstTicks, LastTicks) = (long.MaxValue, long.MaxValue, 0);
    }
}

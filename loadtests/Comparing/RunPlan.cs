namespace ImdsProxy.LoadTests.Comparing;

/// <summary>The parts of the comparison to run, and their durations.</summary>
internal sealed record RunPlan
{
    /// <summary>The plan's name, for the file name and the title.</summary>
    public required string Name { get; init; }

    /// <summary>The number of rounds for the measurements that the targets need.</summary>
    public required int Rounds { get; init; }

    /// <summary>The number of rounds for everything else; 0 skips it.</summary>
    public int MoreRounds { get; init; }

    /// <summary>The seconds per measurement. wrk accepts only whole seconds.</summary>
    public int Seconds { get; init; } = 1;

    /// <summary>The seconds of warm-up for each load on each peer.</summary>
    public int WarmSeconds { get; init; } = 1;

    /// <summary>The number of proxy starts to time.</summary>
    public required int Starts { get; init; }

    /// <summary>The seconds of load with a new policy every second, and again without.</summary>
    public required int ReloadSeconds { get; init; }

    /// <summary>
    /// The number of requests after which to read the proxy's memory. If it has served more already, its memory is read
    /// immediately.
    /// </summary>
    public long RequestsForMemory { get; init; }

    /// <summary>Whether more is measured than the targets need.</summary>
    public bool IsFull => MoreRounds > 0;

    /// <summary>Everything; takes under 20 minutes.</summary>
    public static RunPlan Full { get; } = new() { Name = "full", Rounds = 7, MoreRounds = 3, Seconds = 2, WarmSeconds = 2, Starts = 7, ReloadSeconds = 30, RequestsForMemory = 5_000_000 };

    /// <summary>What the table of targets needs; takes under 4 minutes.</summary>
    public static RunPlan Quick { get; } = new() { Name = "quick", Rounds = 5, Starts = 5, ReloadSeconds = 12 };

    /// <summary>Everything once, to check that it works. The figures say little.</summary>
    public static RunPlan Smoke { get; } = new() { Name = "smoke", Rounds = 1, Starts = 1, ReloadSeconds = 2, WarmSeconds = 0 };
}

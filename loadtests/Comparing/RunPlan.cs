namespace ImdsProxy.LoadTests.Comparing;

/// <summary>How much of the comparison is run, and for how long.</summary>
internal sealed record RunPlan
{
    /// <summary>For the file's name and the title.</summary>
    public required string Name { get; init; }

    /// <summary>Rounds of all that the targets need.</summary>
    public required int Rounds { get; init; }

    /// <summary>Rounds of all else; 0 leaves it out.</summary>
    public int MoreRounds { get; init; }

    /// <summary>Seconds of one measurement; wrk takes whole ones.</summary>
    public int Seconds { get; init; } = 1;

    /// <summary>Seconds of each load on each peer before the first round.</summary>
    public int WarmSeconds { get; init; } = 1;

    /// <summary>Starts of a proxy that are timed.</summary>
    public required int Starts { get; init; }

    /// <summary>Seconds of load with and of load without a new policy every second.</summary>
    public required int ReloadSeconds { get; init; }

    /// <summary>Requests after which the proxy's memory is looked at; less than it has had anyway means now.</summary>
    public long RequestsForMemory { get; init; }

    /// <summary>Whether more is measured than the targets need.</summary>
    public bool IsFull => MoreRounds > 0;

    /// <summary>All; under 20 minutes.</summary>
    public static RunPlan Full { get; } = new() { Name = "full", Rounds = 7, MoreRounds = 3, Seconds = 2, WarmSeconds = 2, Starts = 7, ReloadSeconds = 30, RequestsForMemory = 5_000_000 };

    /// <summary>What the table of targets needs; under 4 minutes.</summary>
    public static RunPlan Quick { get; } = new() { Name = "quick", Rounds = 5, Starts = 5, ReloadSeconds = 12 };

    /// <summary>Everything once, to see that it works; the figures say little.</summary>
    public static RunPlan Smoke { get; } = new() { Name = "smoke", Rounds = 1, Starts = 1, ReloadSeconds = 2, WarmSeconds = 0 };
}

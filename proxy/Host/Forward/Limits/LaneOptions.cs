namespace ImdsProxy.Forward.Limits;

/// <summary>What IMDS takes of one kind of request, and who may wait for how long.</summary>
internal sealed record LaneOptions
{
    /// <summary>Requests in any second; 0 for no limit.</summary>
    public int PerSecond { get; init; }

    /// <summary>Requests at once; 0 for no limit.</summary>
    public int AtOnce { get; init; }

    /// <summary>Whether the limits begin to hold with IMDS's first 429, and end a minute after its last. Else they hold always.</summary>
    public bool Learns { get; init; }

    /// <summary>Requests of one caller that may wait. IMDS's own clients ask for a few things at a time.</summary>
    public int DepthPerCaller { get; init; } = 16;

    /// <summary>Requests that may wait in all: 250 pods that each wait for a few things.</summary>
    public int Depth { get; init; } = 2048;

    /// <summary>The longest that one waits. SDKs try again for about a minute, and give up on a silent answer after some ten seconds at the earliest.</summary>
    public TimeSpan Wait { get; init; } = TimeSpan.FromSeconds(10);

    public bool IsUnlimited => PerSecond == 0 && AtOnce == 0;
}

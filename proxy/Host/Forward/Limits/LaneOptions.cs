namespace ImdsProxy.Forward.Limits;

/// <summary>IMDS's limits for one kind of request, and the limits of the queue in front of them.</summary>
internal sealed record LaneOptions
{
    /// <summary>The maximum number of requests in any second; 0 for no limit.</summary>
    public int PerSecond { get; init; }

    /// <summary>The maximum number of concurrent requests; 0 for no limit.</summary>
    public int AtOnce { get; init; }

    /// <summary>Whether the limits apply only from IMDS's first 429 until a minute after the last 429. Otherwise they always apply.</summary>
    public bool Learns { get; init; }

    /// <summary>The number of requests that may wait per caller. IMDS's usual clients send only a few at a time.</summary>
    public int DepthPerCaller { get; init; } = 16;

    /// <summary>The total number of requests that may wait: enough for 250 pods with a few requests each.</summary>
    public int Depth { get; init; } = 2048;

    /// <summary>
    /// The longest time a request waits. SDKs retry for about a minute, and stop waiting for a response after about ten
    /// seconds at the earliest.
    /// </summary>
    public TimeSpan Wait { get; init; } = TimeSpan.FromSeconds(10);

    public bool IsUnlimited => PerSecond == 0 && AtOnce == 0;
}

namespace ImdsProxy.Kubernetes;

/// <summary>The timing of a <see cref="ListWatch{T}"/>.</summary>
internal sealed record ListWatchOptions
{
    /// <summary>The period over which the first lists of nodes that start together are spread.</summary>
    public TimeSpan FirstListSpread { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a watch may receive no bytes before it counts as dead.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// The shortest and longest lifetime that a watch requests, jittered so that nodes do not reconnect together. The API
    /// server sends a bookmark each minute and another 2 s before a watch ends (cache_watcher.go, nextBookmarkTime). A
    /// lifetime below <see cref="Silence"/> therefore ensures that a quiet node's watch reports its resourceVersion
    /// before the watchdog fires.
    /// </summary>
    public (TimeSpan Shortest, TimeSpan Longest) Lifetime { get; init; } = (TimeSpan.FromSeconds(45), TimeSpan.FromSeconds(55));
}

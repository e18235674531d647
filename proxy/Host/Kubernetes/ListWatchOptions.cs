namespace ImdsProxy.Kubernetes;

/// <summary>The times a <see cref="ListWatch{T}"/> keeps.</summary>
internal sealed record ListWatchOptions
{
    /// <summary>Over how long the first lists of all nodes are spread when they start at once.</summary>
    public TimeSpan FirstListSpread { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>After how long without a byte a watch is taken for dead.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// The shortest life a watch asks of the server, and the longest (jittered, so that nodes don't meet). The API
    /// server sends a bookmark each minute and one 2 s before a watch's end (cache_watcher.go, nextBookmarkTime): a
    /// life below <see cref="Silence"/> is what makes a quiet node's watch tell its resourceVersion before the
    /// watchdog bites.
    /// </summary>
    public (TimeSpan Shortest, TimeSpan Longest) Lifetime { get; init; } = (TimeSpan.FromSeconds(45), TimeSpan.FromSeconds(55));
}

namespace ImdsProxy.Kubernetes;

/// <summary>The freshness of the watched state. Written by one <see cref="ListWatch{T}"/>, read by metrics and readiness.</summary>
internal sealed class ListWatchHealth(TimeProvider time)
{
    private long _lastWord;
    private volatile bool _synced;
    private volatile string? _failure = "the API server has not answered yet";

    /// <summary>Whether the first list has been delivered.</summary>
    public bool IsSynced => _synced;

    /// <summary>Why no updates arrive, or null while the watch is healthy.</summary>
    public string? Failure => _failure;

    /// <summary>The time since the API server last sent anything; null before the first list.</summary>
    public TimeSpan? Staleness => _synced ? time.GetElapsedTime(Interlocked.Read(ref _lastWord)) : null;

    internal void Heard() => Interlocked.Exchange(ref _lastWord, time.GetTimestamp());

    internal void Synced()
    {
        Heard();
        _synced = true;
    }

    internal void Well() => _failure = null;

    internal void Failed(string why) => _failure = why;
}

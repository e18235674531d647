namespace ImdsProxy.Kubernetes;

/// <summary>How fresh what is known is. Read by metrics and readiness, written by one <see cref="ListWatch{T}"/>.</summary>
internal sealed class ListWatchHealth(TimeProvider time)
{
    private long _lastWord;
    private volatile bool _synced;
    private volatile string? _failure = "the API server has not answered yet";

    /// <summary>Whether a first list has been told.</summary>
    public bool IsSynced => _synced;

    /// <summary>Why nothing new is heard, or null while all is well.</summary>
    public string? Failure => _failure;

    /// <summary>How long ago the API server was last heard; null before the first list.</summary>
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

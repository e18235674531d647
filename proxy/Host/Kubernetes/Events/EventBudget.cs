namespace ImdsProxy.Kubernetes.Events;

/// <summary>A token bucket for Events. It holds ten seconds' worth of Events, and at least one.</summary>
internal sealed class EventBudget(double perSecond, TimeProvider time)
{
    private readonly double _max = Math.Max(1, perSecond * 10);
    private double _left = Math.Max(1, perSecond);
    private long _filledAt = time.GetTimestamp();

    /// <summary>Whether an Event may be created now.</summary>
    public bool HasOne
    {
        get
        {
            _left = Math.Min(_max, _left + (time.GetElapsedTime(_filledAt).TotalSeconds * perSecond));
            _filledAt = time.GetTimestamp();
            return _left >= 1;
        }
    }

    public void Take() => _left--;
}

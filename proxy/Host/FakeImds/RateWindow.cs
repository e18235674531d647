namespace ImdsProxy.FakeImds;

/// <summary>Limits requests to a fixed number in any one-second window.</summary>
internal sealed class RateWindow(int perSecond, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly long[] _taken = new long[perSecond];
    private long _count;

    /// <summary>Takes a slot in the current window, if one is free.</summary>
    public bool TryTake()
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            ref var oldest = ref _taken[_count % perSecond];
            if (_count >= perSecond && time.GetElapsedTime(oldest, now) < TimeSpan.FromSeconds(1))
            {
                return false;
            }

            oldest = now;
            _count++;
            return true;
        }
    }
}

namespace ImdsProxy.FakeImds;

/// <summary>At most so many requests within any second.</summary>
internal sealed class RateWindow(int perSecond, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly long[] _taken = new long[perSecond];
    private long _count;

    /// <summary>Takes one of this second's requests, if one is left.</summary>
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

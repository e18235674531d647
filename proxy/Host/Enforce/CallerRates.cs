using System.Collections.Concurrent;
using ImdsProxy.Runtime;

namespace ImdsProxy.Enforce;

/// <summary>
/// Limits the requests of each caller with a token bucket of two seconds. A bucket is stored as the moment at which it
/// will be full again (the generic cell rate algorithm), so that a caller costs about ten bytes and no timer.
/// </summary>
internal sealed class CallerRates(int perSecond, TimeProvider time)
{
    private const int BurstSeconds = 2;

    /// <summary>The maximum number of buckets. A node runs at most 250 pods; further callers share one bucket.</summary>
    private const int MaxCallers = 4096;

    private readonly ConcurrentDictionary<CallerKey, Bucket> _buckets = new();
    private readonly Bucket _others = new();
    private readonly long _interval = time.TimestampFrequency / perSecond;

    /// <summary>Takes one request from a caller's bucket; false if the bucket is empty.</summary>
    public bool TryTake(CallerKey caller) =>
        BucketOf(caller).TryTake(time.GetTimestamp(), _interval, BurstSeconds * time.TimestampFrequency);

    private Bucket BucketOf(CallerKey caller)
    {
        if (_buckets.TryGetValue(caller, out var bucket))
        {
            return bucket;
        }

        if (_buckets.Count >= MaxCallers)
        {
            DropFull();
        }

        return _buckets.Count >= MaxCallers ? _others : _buckets.GetOrAdd(caller, static _ => new Bucket());
    }

    // A full bucket needs no entry.
    private void DropFull()
    {
        var now = time.GetTimestamp();
        foreach (var entry in _buckets)
        {
            if (entry.Value.FullAt <= now)
            {
                _buckets.TryRemove(entry);
            }
        }
    }

    private sealed class Bucket
    {
        private long _fullAt;

        public long FullAt => Volatile.Read(ref _fullAt);

        public bool TryTake(long now, long interval, long burst)
        {
            while (true)
            {
                var fullAt = FullAt;
                var next = Math.Max(fullAt, now) + interval;
                if (next - now > burst)
                {
                    return false;
                }

                if (Interlocked.CompareExchange(ref _fullAt, next, fullAt) == fullAt)
                {
                    return true;
                }
            }
        }
    }
}

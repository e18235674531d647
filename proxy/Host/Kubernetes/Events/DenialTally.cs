using ImdsProxy.Core.Audit;

namespace ImdsProxy.Kubernetes.Events;

/// <summary>Counts denials by kind and returns the kinds that are due for an Event.</summary>
internal sealed class DenialTally(TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    // Bounds the Events of a pod that asks for a thousand invented resources.
    private const int MaxPerPod = 10;

    // Enough for 500 pods at the limit per pod.
    private const int MaxInAll = 5000;

    private readonly Dictionary<DenialKey, DenialCount> _counts = [];
    private readonly Dictionary<string, int> _kindsOfPod = new(StringComparer.Ordinal);

    /// <summary>Counts a denial, or all denials that a summary record stands for, unless the limit for new kinds is reached.</summary>
    public void Count(AuditRecord record)
    {
        var key = DenialKey.Of(record);
        if (!_counts.TryGetValue(key, out var count))
        {
            var kinds = _kindsOfPod.GetValueOrDefault(key.Uid);
            if (kinds >= MaxPerPod || _counts.Count >= MaxInAll)
            {
                return;
            }

            _kindsOfPod[key.Uid] = kinds + 1;
            _counts[key] = count = new DenialCount(record);
        }

        if (count.Untold == 0)
        {
            count.Since = record.Timestamp;
        }

        count.Untold = (int)Math.Min(int.MaxValue, count.Untold + Math.Max(1, record.Summed));
        count.Last = record;
    }

    /// <summary>Returns a kind of denial that is due for an Event and marks it as reported, or returns null.</summary>
    public (AuditRecord Last, DateTimeOffset Since, int Count)? TakeDue()
    {
        var now = time.GetUtcNow();
        foreach (var count in _counts.Values)
        {
            if (count.Untold > 0 && (count.ToldAt is null || now - count.ToldAt >= Window))
            {
                var due = (count.Last, count.Since, count.Untold);
                (count.Untold, count.ToldAt) = (0, now);
                return due;
            }
        }

        return null;
    }

    /// <summary>Removes kinds that were reported at least one window ago and have not recurred.</summary>
    public void ForgetOld()
    {
        var now = time.GetUtcNow();
        foreach (var (key, count) in _counts)
        {
            if (count.Untold == 0 && now - count.ToldAt >= Window)
            {
                _counts.Remove(key);
                if (--_kindsOfPod[key.Uid] == 0)
                {
                    _kindsOfPod.Remove(key.Uid);
                }
            }
        }
    }
}

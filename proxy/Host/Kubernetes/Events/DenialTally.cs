using ImdsProxy.Core.Audit;

namespace ImdsProxy.Kubernetes.Events;

/// <summary>Counts denials by kind, and tells which are due for an Event.</summary>
internal sealed class DenialTally(TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    // A pod that asks for a thousand made-up resources gets no thousand Events.
    private const int MostPerPod = 10;

    // As many as 500 pods fill.
    private const int MostInAll = 5000;

    private readonly Dictionary<DenialKey, DenialCount> _counts = [];
    private readonly Dictionary<string, int> _kindsOfPod = new(StringComparer.Ordinal);

    /// <summary>Counts one denial, or as many as a summary sums, unless there is no room for its kind.</summary>
    public void Count(AuditRecord record)
    {
        var key = DenialKey.Of(record);
        if (!_counts.TryGetValue(key, out var count))
        {
            var kinds = _kindsOfPod.GetValueOrDefault(key.Uid);
            if (kinds >= MostPerPod || _counts.Count >= MostInAll)
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

    /// <summary>A kind of denial that may be told now, taken as told; or null.</summary>
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

    /// <summary>Forgets kinds that were told a window ago and did not come again.</summary>
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

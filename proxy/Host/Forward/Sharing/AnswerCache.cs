using System.Collections.Concurrent;
using ImdsProxy.Forward.Imds;

namespace ImdsProxy.Forward.Sharing;

/// <summary>Caches answers. Reads take no lock; the caller must serialize additions and removals.</summary>
internal sealed class AnswerCache(SharingOptions options, TimeProvider time)
{
    private readonly ConcurrentDictionary<AnswerKey, Entry> _entries = new();
    private long _bytes;

    /// <summary>The number of cached answers.</summary>
    public int Count => _entries.Count;

    /// <summary>The total size of all bodies in bytes.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Returns a fresh answer and takes a hold on it, or returns null on a cache miss.</summary>
    public ImdsAnswer? Find(in AnswerKey key) =>
        _entries.TryGetValue(key, out var entry)
        && time.GetTimestamp() < entry.Until
        && time.GetUtcNow() < entry.UntilTime
        && entry.Answer.TryHold()
            ? entry.Answer
            : null;

    /// <summary>Caches an answer for a limited time.</summary>
    public void Add(in AnswerKey key, ImdsAnswer answer, TimeSpan life)
    {
        Remove(key);
        RemoveWhere(IsExpired);
        while (_entries.Count >= options.MaxEntries || Bytes + answer.Body.Length > options.MaxBytes)
        {
            if (_entries.IsEmpty)
            {
                return;
            }

            Remove(_entries.MinBy(entry => entry.Value.Until).Key);
        }

        if (answer.TryHold())
        {
            Interlocked.Add(ref _bytes, answer.Body.Length);

            // Both clocks are needed: the monotonic clock stops while the machine sleeps, and the wall clock can be set back.
            _entries[key] = new Entry(answer, time.GetTimestamp() + (long)(life.TotalSeconds * time.TimestampFrequency), time.GetUtcNow() + life);
        }
    }

    /// <summary>Returns all cached answers for inspection, without taking holds.</summary>
    public List<KeyValuePair<AnswerKey, ImdsAnswer>> ToList() => [.. _entries.Select(static entry => KeyValuePair.Create(entry.Key, entry.Value.Answer))];

    /// <summary>Removes expired answers.</summary>
    public void RemoveExpired() => RemoveWhere(IsExpired);

    /// <summary>Removes matching answers. Their bytes are wiped once no request is being served from them.</summary>
    public void RemoveWhere(Func<AnswerKey, ImdsAnswer, bool> isMeant) => RemoveWhere(entry => isMeant(entry.Key, entry.Value.Answer));

    private void RemoveWhere(Func<KeyValuePair<AnswerKey, Entry>, bool> isMeant)
    {
        foreach (var entry in _entries)
        {
            if (isMeant(entry))
            {
                Remove(entry.Key);
            }
        }
    }

    private bool IsExpired(KeyValuePair<AnswerKey, Entry> entry) =>
        time.GetTimestamp() >= entry.Value.Until || time.GetUtcNow() >= entry.Value.UntilTime;

    private void Remove(in AnswerKey key)
    {
        if (_entries.TryRemove(key, out var entry))
        {
            Interlocked.Add(ref _bytes, -entry.Answer.Body.Length);
            entry.Answer.Release();
        }
    }

    private sealed record Entry(ImdsAnswer Answer, long Until, DateTimeOffset UntilTime);
}

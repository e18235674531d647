using System.Collections.Concurrent;

namespace ImdsProxy.Forward.Sharing;

/// <summary>Answers that may be served again. Reading takes no lock; adding and removing is done by one at a time.</summary>
internal sealed class AnswerCache(SharingOptions options, TimeProvider time)
{
    private readonly ConcurrentDictionary<AnswerKey, Entry> _entries = new();
    private long _bytes;

    /// <summary>How many there are.</summary>
    public int Count => _entries.Count;

    /// <summary>Bytes of all bodies together.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>The answer to hold, or null where there is none that may be served now.</summary>
    public ImdsAnswer? Find(in AnswerKey key) =>
        _entries.TryGetValue(key, out var entry)
        && time.GetTimestamp() < entry.Until
        && time.GetUtcNow() < entry.UntilTime
        && entry.Answer.TryHold()
            ? entry.Answer
            : null;

    /// <summary>Keeps an answer for some time.</summary>
    public void Add(in AnswerKey key, ImdsAnswer answer, TimeSpan life)
    {
        Remove(key);
        RemoveWhere(IsOver);
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

            // Both clocks: one does not go on while the machine sleeps, the other may be set back.
            _entries[key] = new Entry(answer, time.GetTimestamp() + (long)(life.TotalSeconds * time.TimestampFrequency), time.GetUtcNow() + life);
        }
    }

    /// <summary>All there are, to be looked at, not served.</summary>
    public List<KeyValuePair<AnswerKey, ImdsAnswer>> ToList() => [.. _entries.Select(static entry => KeyValuePair.Create(entry.Key, entry.Value.Answer))];

    /// <summary>Forgets what is over.</summary>
    public void RemoveOver() => RemoveWhere(IsOver);

    /// <summary>Forgets some; their bytes are wiped once nobody is being served them.</summary>
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

    private bool IsOver(KeyValuePair<AnswerKey, Entry> entry) =>
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

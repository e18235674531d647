namespace ImdsProxy.Core.Demands.Evidence;

/// <summary>Counts by a small number, such as a day or a status code. Few different numbers occur, so a sorted array is the smallest table.</summary>
internal sealed class Tally
{
    // Only a log that the proxy did not write has more days or status codes than this. Once the table is full, a new number is counted with
    // the next smaller one.
    private const int Most = 4096;

    private TallyEntry[] _entries = [];
    private int _used;

    /// <summary>The counts, by ascending number.</summary>
    public ReadOnlySpan<TallyEntry> Entries => _entries.AsSpan(0, _used);

    public void Add(int key, long count)
    {
        // Logs are read in order, so the last number is the usual one.
        var at = _used - 1;
        while (at >= 0 && _entries[at].Key > key)
        {
            at--;
        }

        if (_used == Most || (at >= 0 && _entries[at].Key == key))
        {
            _entries[Math.Max(0, at)].Count += count;
        }
        else
        {
            Insert(at + 1, key, count);
        }
    }

    public void Add(Tally other)
    {
        foreach (var (key, count) in other.Entries)
        {
            Add(key, count);
        }
    }

    private void Insert(int at, int key, long count)
    {
        if (_used == _entries.Length)
        {
            Array.Resize(ref _entries, Growth.Next(_used, Most));
        }

        _entries.AsSpan(at, _used - at).CopyTo(_entries.AsSpan(at + 1));
        _entries[at] = new TallyEntry(key, count);
        _used++;
    }
}

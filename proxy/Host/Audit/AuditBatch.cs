using System.Runtime.InteropServices;

namespace ImdsProxy.Audit;

/// <summary>What is written in one call, and who waits for it. Used by whoever writes, and by nobody else meanwhile.</summary>
internal sealed class AuditBatch
{
    // A batch of this many records is about 600 KiB: enough to make a write's own cost vanish.
    private const int Most = 1024;

    private readonly object[] _items = new object[Most];
    private readonly PendingWrite?[] _waiters = new PendingWrite?[Most];
    private int _count;

    /// <summary>What there is to write. What turns out to be unwritable is replaced in place.</summary>
    public Span<object> Items => _items.AsSpan(0, _count);

    /// <summary>Takes one item for which nobody waits.</summary>
    public void Take(object item)
    {
        _items[0] = item;
        _count = 1;
    }

    /// <summary>Takes the oldest items of two lists that belong together.</summary>
    /// <returns>Whether there were any.</returns>
    public bool TakeFrom(List<object> items, List<PendingWrite?> waiters)
    {
        _count = Math.Min(items.Count, Most);
        CollectionsMarshal.AsSpan(items)[.._count].CopyTo(_items);
        CollectionsMarshal.AsSpan(waiters)[.._count].CopyTo(_waiters);
        items.RemoveRange(0, _count);
        waiters.RemoveRange(0, _count);
        return _count > 0;
    }

    /// <summary>Drops the items that were obeyed, for which nobody waits.</summary>
    public void Drop(Predicate<object> obey)
    {
        var kept = 0;
        for (var i = 0; i < _count; i++)
        {
            if (!obey(_items[i]))
            {
                (_items[kept], _waiters[kept]) = (_items[i], _waiters[i]);
                kept++;
            }
        }

        Forget(kept);
    }

    /// <summary>Tells all who wait what became of their item, and forgets them.</summary>
    /// <returns>Whether the first item was written.</returns>
    public bool Complete(bool written)
    {
        var first = written && _items[0] is not UnwritableRecord;
        for (var i = 0; i < _count; i++)
        {
            _waiters[i]?.Complete(written && _items[i] is not UnwritableRecord);
        }

        Forget(0);
        return first;
    }

    private void Forget(int kept)
    {
        _items.AsSpan(kept, _count - kept).Clear();
        _waiters.AsSpan(kept, _count - kept).Clear();
        _count = kept;
    }
}

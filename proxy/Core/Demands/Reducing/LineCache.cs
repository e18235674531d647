namespace ImdsProxy.Core.Demands.Reducing;

/// <summary>
/// Remembers what lines mean, so that a line that equals an earlier one apart from its own time, numbers and pod need not be parsed. A
/// line has eight places at which it can be remembered, so a flood of different lines can only evict entries.
/// </summary>
/// <param name="flush">Takes the meaning of a line that is forgotten.</param>
internal sealed class LineCache(Action<LineMeaning> flush)
{
    // Each line has two sets and goes to the one with a free place. With a single set, every third line would share an overfull one as soon
    // as the cache is three quarters full.
    private const int Ways = 4;

    // With a meaning of some 130 bytes for each place, a full cache takes 11 MB.
    private const int Sets = 1 << 14;

    private readonly Slot[] _slots = new Slot[Ways * Sets];
    private uint _turn;

    /// <summary>The meaning of a masked line, or null if it is not known.</summary>
    public LineMeaning? Find(LineHash hash) => FindIn(First(hash), hash) ?? FindIn(Second(hash), hash);

    /// <summary>Remembers the meaning of a masked line. Returns false if the line is too long.</summary>
    public bool TryAdd(LineHash hash, LineMeaning meaning)
    {
        if (hash.IsTooLong)
        {
            return false;
        }

        ref var slot = ref PlaceOf(hash);
        if (slot.Meaning is { } before)
        {
            flush(before);
        }

        (slot.Hash, slot.Meaning) = (hash, meaning);
        return true;
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        foreach (ref var slot in _slots.AsSpan())
        {
            if (slot.Meaning is { } meaning)
            {
                flush(meaning);
            }

            slot = default;
        }
    }

    private static LineMeaning? FindIn(Span<Slot> set, LineHash hash)
    {
        foreach (ref var slot in set)
        {
            if (slot.Hash.Equals(hash) && slot.Meaning is { } meaning)
            {
                return meaning;
            }
        }

        return null;
    }

    // A free place, or else the next one in turn.
    private ref Slot PlaceOf(LineHash hash)
    {
        var first = First(hash);
        var second = Second(hash);
        for (var i = 0; i < Ways; i++)
        {
            if (first[i].Meaning is null)
            {
                return ref first[i];
            }

            if (second[i].Meaning is null)
            {
                return ref second[i];
            }
        }

        var turn = (int)(_turn++ % (2 * Ways));
        return ref turn < Ways ? ref first[turn] : ref second[turn - Ways];
    }

    private Span<Slot> First(LineHash hash) => _slots.AsSpan((int)(hash.High % Sets) * Ways, Ways);

    private Span<Slot> Second(LineHash hash) => _slots.AsSpan((int)((hash.High >> 32) % Sets) * Ways, Ways);

    private struct Slot
    {
        public LineHash Hash;
        public LineMeaning? Meaning;
    }
}

namespace ImdsProxy.Core.Demands.Reducing;

/// <summary>
/// Remembers what lines mean, so that a line that equals an earlier one apart from its own time, numbers and pod need not be parsed. A
/// line has four places at which it can be remembered, so a flood of different lines can only evict entries.
/// </summary>
/// <param name="flush">Takes the meaning of a line that is forgotten.</param>
internal sealed class LineCache(Action<LineMeaning> flush)
{
    private const int Ways = 4;

    // With a meaning of some 150 bytes for each place, a full cache takes 12 MB.
    private const int Sets = 1 << 14;

    private readonly Slot[] _slots = new Slot[Ways * Sets];
    private uint _turn;

    /// <summary>The meaning of a masked line, or null if it is not known.</summary>
    public LineMeaning? Find(LineHash hash)
    {
        foreach (ref var slot in SetOf(hash))
        {
            if (slot.Hash.Equals(hash) && slot.Meaning is { } meaning)
            {
                return meaning;
            }
        }

        return null;
    }

    /// <summary>Remembers the meaning of a masked line. Returns false if the line is too long.</summary>
    public bool TryAdd(LineHash hash, LineMeaning meaning)
    {
        if (hash.IsTooLong)
        {
            return false;
        }

        ref var slot = ref SetOf(hash)[(int)(_turn++ % Ways)];
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

    private Span<Slot> SetOf(LineHash hash) => _slots.AsSpan((int)(hash.High % Sets) * Ways, Ways);

    private struct Slot
    {
        public LineHash Hash;
        public LineMeaning? Meaning;
    }
}

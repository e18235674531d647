namespace ImdsProxy.Core.Demands.Reducing;

/// <summary>
/// Remembers what lines mean, so that a line that equals an earlier one apart from its own time and numbers need not be parsed. A
/// line has four places at which it can be remembered. A flood of different lines can only evict entries, even if an attacker chooses the hashes.
/// </summary>
/// <param name="flush">Takes the meaning of a line that is forgotten.</param>
internal sealed class LineCache(Action<LineMeaning> flush)
{
    private const int Ways = 4;
    private const int Sets = 2048;

    // Most lines are shorter. Longer ones are parsed each time.
    private const int MostBytes = 1280;

    private readonly Slot[] _slots = new Slot[Ways * Sets];
    private uint _turn;

    /// <summary>The meaning of a masked line, or null if it is not known.</summary>
    public LineMeaning? Find(MaskedLine masked, ReadOnlySpan<byte> line)
    {
        foreach (ref var slot in SetOf(masked.Hash))
        {
            if (slot.Meaning is not null && slot.Hash == masked.Hash && masked.Pieces.Equals(line, slot.Bytes.AsSpan(0, slot.Length)))
            {
                return slot.Meaning;
            }
        }

        return null;
    }

    /// <summary>Remembers the meaning of a masked line. Returns false if the line is too long.</summary>
    public bool TryAdd(MaskedLine masked, ReadOnlySpan<byte> line, LineMeaning meaning)
    {
        var size = masked.Pieces.Size;
        if (size > MostBytes)
        {
            return false;
        }

        ref var slot = ref SetOf(masked.Hash)[(int)(_turn++ % Ways)];
        if (slot.Meaning is { } before)
        {
            flush(before);
        }

        // Rounded up, so that the next line of about this length needs no new array.
        if (slot.Bytes is null || slot.Bytes.Length < size)
        {
            slot.Bytes = new byte[(size + 127) & ~127];
        }

        masked.Pieces.CopyTo(line, slot.Bytes);
        (slot.Hash, slot.Length, slot.Meaning) = (masked.Hash, size, meaning);
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

    private Span<Slot> SetOf(uint hash) => _slots.AsSpan((int)(hash % Sets) * Ways, Ways);

    private struct Slot
    {
        public uint Hash;
        public int Length;
        public byte[]? Bytes;
        public LineMeaning? Meaning;
    }
}

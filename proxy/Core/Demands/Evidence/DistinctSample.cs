namespace ImdsProxy.Core.Demands.Evidence;

/// <summary>
/// The number of distinct values, each with a count. Keeps the values with the smallest hashes, so that the result does not depend
/// on the order and samples of the same values can be compared. Exact up to <see cref="Most"/> values.
/// </summary>
internal sealed class DistinctSample
{
    /// <summary>The values that are kept.</summary>
    public const int Most = 256;

    private ulong[] _hashes = [];
    private uint[] _counts = [];

    /// <summary>The values that are kept, at most <see cref="Most"/>.</summary>
    internal int Kept { get; private set; }

    /// <summary>The number of distinct values; an estimate if more than <see cref="Most"/> were added.</summary>
    public int Count => Kept < Most ? Kept : Estimate();

    /// <summary>The hashes that are kept, in ascending order.</summary>
    internal ReadOnlySpan<ulong> Hashes => _hashes.AsSpan(0, Kept);

    /// <summary>The count of each hash that is kept.</summary>
    internal ReadOnlySpan<uint> Counts => _counts.AsSpan(0, Kept);

    /// <summary>Counts a value. Returns whether it is kept.</summary>
    internal bool Add(ulong hash, uint count)
    {
        var at = Hashes.BinarySearch(hash);
        if (at >= 0)
        {
            _counts[at] = (uint)Math.Min(uint.MaxValue, (ulong)_counts[at] + count);
            return true;
        }

        return Insert(~at, hash, count);
    }

    /// <summary>Adds all values of another sample.</summary>
    internal void Add(DistinctSample other)
    {
        for (var i = 0; i < other.Kept; i++)
        {
            Add(other._hashes[i], other._counts[i]);
        }
    }

    /// <summary>
    /// The share of this sample's values that are also in another sample. The other sample must have received only values that this
    /// sample received too. It then keeps every such value that this sample keeps, so the share is exact for the sample.
    /// </summary>
    internal double ShareOf(DistinctSample part)
    {
        var both = 0;
        foreach (var hash in Hashes)
        {
            both += part.Hashes.BinarySearch(hash) >= 0 ? 1 : 0;
        }

        return Kept == 0 ? 0 : (double)both / Kept;
    }

    private bool Insert(int at, ulong hash, uint count)
    {
        if (at == Most)
        {
            return false;
        }

        if (Kept == _hashes.Length && Kept < Most)
        {
            var size = Growth.Next(Kept, Most);
            Array.Resize(ref _hashes, size);
            Array.Resize(ref _counts, size);
        }

        var moved = Math.Min(Kept, Most - 1) - at;
        _hashes.AsSpan(at, moved).CopyTo(_hashes.AsSpan(at + 1));
        _counts.AsSpan(at, moved).CopyTo(_counts.AsSpan(at + 1));
        (_hashes[at], _counts[at]) = (hash, count);
        Kept = Math.Min(Kept + 1, Most);
        return true;
    }

    // The largest kept hash shows how dense the values are, and so how many there are.
    private int Estimate() => (int)Math.Min(int.MaxValue, (Most - 1) / (_hashes[Most - 1] / (double)ulong.MaxValue));
}

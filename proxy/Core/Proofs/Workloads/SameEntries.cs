using System.Runtime.InteropServices;

namespace ImdsProxy.Core.Proofs.Workloads;

/// <summary>Compares lists of entries by their content.</summary>
internal sealed class SameEntries : IEqualityComparer<List<int>>
{
    public static SameEntries Comparer { get; } = new();

    public bool Equals(List<int>? x, List<int>? y) =>
        ReferenceEquals(x, y)
        || (x is not null && y is not null && CollectionsMarshal.AsSpan(x).SequenceEqual(CollectionsMarshal.AsSpan(y)));

    public int GetHashCode(List<int> obj)
    {
        var hash = default(HashCode);
        hash.AddBytes(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(obj)));
        return hash.ToHashCode();
    }
}

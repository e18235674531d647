using System.Collections.Immutable;

namespace ImdsProxy.Core.Proofs.Requests;

/// <summary>Compares sorted lists of keys by their content.</summary>
internal sealed class KeyLists : IEqualityComparer<ImmutableArray<string>>
{
    public static KeyLists Comparer { get; } = new();

    public bool Equals(ImmutableArray<string> x, ImmutableArray<string> y) => x.SequenceEqual(y, StringComparer.Ordinal);

    public int GetHashCode(ImmutableArray<string> obj)
    {
        var hash = default(HashCode);
        foreach (var key in obj)
        {
            hash.Add(key, StringComparer.Ordinal);
        }

        return hash.ToHashCode();
    }
}

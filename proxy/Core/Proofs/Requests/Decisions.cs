using System.Collections.Immutable;

namespace ImdsProxy.Core.Proofs.Requests;

/// <summary>Compares the decisions of all policies.</summary>
internal sealed class Decisions : IEqualityComparer<ImmutableArray<AskedDecision>>
{
    public static Decisions Comparer { get; } = new();

    public bool Equals(ImmutableArray<AskedDecision> x, ImmutableArray<AskedDecision> y) => x.SequenceEqual(y);

    public int GetHashCode(ImmutableArray<AskedDecision> obj)
    {
        var hash = default(HashCode);
        foreach (var decision in obj)
        {
            hash.Add(decision);
        }

        return hash.ToHashCode();
    }
}

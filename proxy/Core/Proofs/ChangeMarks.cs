using System.Runtime.InteropServices;
using ImdsProxy.Core.Proofs.Workloads;

namespace ImdsProxy.Core.Proofs;

/// <summary>Marks the terms whose content only one of two policies has.</summary>
internal sealed class ChangeMarks
{
    private const int Both = 3;

    private readonly Dictionary<int, int> _sides = [];

    /// <summary>Marks the changed terms. Returns whether there are any.</summary>
    public bool Mark(List<LiveTerm> live)
    {
        _sides.Clear();
        foreach (var term in live)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(_sides, term.Content, out _) |= term.Term.Side < 0 ? Both : 1 << term.Term.Side;
        }

        var isChanged = false;
        foreach (ref var term in CollectionsMarshal.AsSpan(live))
        {
            if (_sides[term.Content] != Both)
            {
                term = term with { IsChanged = true };
                isChanged = true;
            }
        }

        return isChanged;
    }
}

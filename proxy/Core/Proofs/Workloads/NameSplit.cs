using ImdsProxy.Core.Proofs.Atoms;

namespace ImdsProxy.Core.Proofs.Workloads;

/// <summary>Splits one dimension of names by the entries that are still alive.</summary>
internal sealed class NameSplit
{
    private static readonly List<int> Nothing = [];

    private readonly List<int> _always = [];
    private readonly Dictionary<string, List<int>> _byPattern = new(StringComparer.Ordinal);
    private readonly HashSet<string>? _changing;
    private readonly Budget _budget;

    /// <param name="entries">All entries.</param>
    /// <param name="live">The entries that are still alive, in order.</param>
    /// <param name="dimension">The dimension.</param>
    /// <param name="budget">Pays for the lists.</param>
    /// <param name="changed">The terms of which one must be alive in an atom that matters; null if each atom matters.</param>
    public NameSplit(WorkloadEntry[] entries, List<int> live, int dimension, Budget budget, HashSet<int>? changed)
    {
        _budget = budget;
        _changing = changed is null ? null : new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in live)
        {
            var names = entries[entry].Names(dimension);
            var isChanged = !entries[entry].IsExcept && (changed?.Contains(entries[entry].Term) ?? false);
            if (names.IsDefault)
            {
                _always.Add(entry);
                _changing = isChanged ? null : _changing;
                continue;
            }

            foreach (var name in names)
            {
                if (!_byPattern.TryGetValue(name, out var named))
                {
                    _byPattern[name] = named = [];
                }

                if (named.Count == 0 || named[^1] != entry)
                {
                    named.Add(entry);
                }

                if (isChanged)
                {
                    _changing?.Add(name);
                }
            }
        }

        budget.Spend(Budget.Name * _byPattern.Count);
        Atoms = _byPattern.Count == 0 ? [] : NameAtoms.Of(_byPattern.Keys, Dimension.Ending(dimension), maybeNone: dimension == Dimension.Owner);
    }

    /// <summary>The atoms; none if no entry names anything in this dimension.</summary>
    public IReadOnlyList<NameAtom> Atoms { get; }

    /// <summary>Whether a changed term may be alive in an atom.</summary>
    public bool MayChange(NameAtom atom)
    {
        if (_changing is null)
        {
            return true;
        }

        for (var pattern = atom; pattern is not null; pattern = pattern.Parent)
        {
            if (_changing.Contains(pattern.Text))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The entries that are alive for an atom, in order.</summary>
    public List<int> LiveIn(NameAtom atom)
    {
        var named = atom.IsNone ? Nothing : NamedBy(atom);
        _budget.Spend(_always.Count + named.Count + 1);
        return named.Count == 0 ? _always : Merge(_always, named);
    }

    private List<int> NamedBy(NameAtom atom)
    {
        List<int>? named = null;
        for (var pattern = atom; pattern is not null; pattern = pattern.Parent)
        {
            if (_byPattern.TryGetValue(pattern.Text, out var entries))
            {
                named = named is null ? entries : Merge(named, entries);
                _budget.Spend(named.Count);
            }
        }

        return named ?? Nothing;
    }

    // Both lists are sorted; an entry may be in both.
    private static List<int> Merge(List<int> left, List<int> right)
    {
        var merged = new List<int>(left.Count + right.Count);
        var (l, r) = (0, 0);
        while (l < left.Count || r < right.Count)
        {
            var next = r == right.Count || (l < left.Count && left[l] <= right[r]) ? left[l++] : right[r++];
            if (merged.Count == 0 || merged[^1] != next)
            {
                merged.Add(next);
            }
        }

        return merged;
    }
}

using System.Runtime.InteropServices;
using ImdsProxy.Core.Proofs.Atoms;

namespace ImdsProxy.Core.Proofs.Workloads;

/// <summary>
/// Splits all workloads into boxes in which every term either holds or does not. Dimensions are split one after the other. After
/// each split, settled terms are dropped, and branches in which nothing can be found are skipped.
/// </summary>
internal sealed class WorkloadSpace
{
    /// <summary>The maximum total length of the lists that are kept to join atoms with equal lists. Beyond it, each atom is visited separately.</summary>
    private const int MaxKept = 4_000_000;

    /// <summary>
    /// The maximum depth of nested splits by label key. Policies use a handful of keys. Each key doubles the work and deepens the recursion.
    /// </summary>
    private const int MaxLabelKeys = 64;

    /// <summary>Looking for a label costs several times as much as looking at an entry.</summary>
    private const long LabelSteps = 16;

    private readonly IReadOnlyList<WorkloadTerm> _terms;
    private readonly WorkloadEntry[] _entries;
    private readonly Func<IReadOnlyList<WorkloadTerm>, bool> _isFutile;
    private readonly Action<WorkloadBox, IReadOnlyList<WorkloadTerm>> _visit;
    private readonly Budget _budget;

    /// <param name="terms">The terms.</param>
    /// <param name="isFutile">Whether nothing can be found in workloads that match no terms but these. The terms are sorted by content.</param>
    /// <param name="visit">Receives each box with the terms that hold in it.</param>
    /// <param name="budget">Pays for the work.</param>
    public WorkloadSpace(
        IEnumerable<WorkloadTerm> terms,
        Func<IReadOnlyList<WorkloadTerm>, bool> isFutile,
        Action<WorkloadBox, IReadOnlyList<WorkloadTerm>> visit,
        Budget budget)
    {
        _terms = [.. terms.OrderBy(static term => term.Content).ThenBy(static term => term.Side)];
        _entries = [.. _terms.SelectMany(static (term, index) => Entries(term, index))];
        (_isFutile, _visit, _budget) = (isFutile, visit, budget);
    }

    /// <summary>Visits all boxes in which something can be found.</summary>
    public void Explore() => Enter(Dimension.Namespace, [.. Enumerable.Range(0, _entries.Length)], WorkloadBox.Everything);

    private static IEnumerable<WorkloadEntry> Entries(WorkloadTerm term, int index) =>
    [
        .. term.Workloads.Select(match => new WorkloadEntry(index, IsExcept: false, match)),
        .. term.Except.Select(match => new WorkloadEntry(index, IsExcept: true, match)),
    ];

    private void Enter(int dimension, List<int> alive, WorkloadBox box)
    {
        _budget.Spend(alive.Count + 1);
        var live = LiveEntries.Settle(_entries, alive, dimension, box.Labels);
        var terms = TermsOf(live);
        if (_isFutile(terms))
        {
            return;
        }

        if (dimension == Dimension.Labels)
        {
            SplitLabels(live, terms, box);
        }
        else
        {
            SplitNames(dimension, live, box);
        }
    }

    private void SplitNames(int dimension, List<int> live, WorkloadBox box)
    {
        var split = new NameSplit(_entries, live, dimension, _budget);
        if (split.Atoms.Count == 0)
        {
            Enter(dimension + 1, live, box);
            return;
        }

        var kept = 0;
        var groups = new OrderedDictionary<List<int>, List<NameAtom>>(SameEntries.Comparer);
        foreach (var atom in split.Atoms)
        {
            var alive = split.LiveIn(atom);
            if (kept > MaxKept)
            {
                Enter(dimension + 1, alive, box.With(dimension, new NameChoice(split.Atoms, [atom])));
                continue;
            }

            if (!groups.TryGetValue(alive, out var atoms))
            {
                groups.Add(alive, atoms = []);
                kept += alive.Count;
            }

            atoms.Add(atom);
        }

        foreach (var (alive, atoms) in groups)
        {
            Enter(dimension + 1, alive, box.With(dimension, new NameChoice(split.Atoms, atoms)));
        }
    }

    private void SplitLabels(List<int> live, IReadOnlyList<WorkloadTerm> terms, WorkloadBox box)
    {
        if (live.Select(entry => _entries[entry].FirstOpenLabel(box.Labels)).FirstOrDefault(static key => key is not null) is not { } open)
        {
            _visit(box, terms);
            return;
        }

        if (box.Labels.Values.Count == MaxLabelKeys)
        {
            throw new BudgetSpentException();
        }

        _budget.Spend(LabelSteps * live.Count);
        var values = live.SelectMany(entry => ValuesOf(_entries[entry], open)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        foreach (var value in values.Append(null))
        {
            var alive = live.FindAll(entry => ValuesOf(_entries[entry], open).All(other => other == value));
            Enter(Dimension.Labels, alive, box with { Labels = box.Labels.With(open, value) });
        }
    }

    private static IEnumerable<string> ValuesOf(WorkloadEntry entry, string key) =>
        entry.Match.Labels.IsDefault ? [] : entry.Match.Labels.Where(label => label.Key == key).Select(static label => label.Value);

    private List<WorkloadTerm> TermsOf(List<int> live)
    {
        var terms = new List<WorkloadTerm>();
        foreach (var entry in CollectionsMarshal.AsSpan(live))
        {
            var term = _terms[_entries[entry].Term];
            if (terms.Count == 0 || !ReferenceEquals(terms[^1], term))
            {
                terms.Add(term);
            }
        }

        return terms;
    }
}

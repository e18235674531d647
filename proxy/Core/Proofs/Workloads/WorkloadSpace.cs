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

    /// <summary>The measured cost of an entry in a branch: settling it, and comparing its content with that of the others.</summary>
    private const long EntrySteps = 4;

    private readonly WorkloadTerm[] _terms;
    private readonly WorkloadEntry[] _entries;
    private readonly OpenContent _contents;
    private readonly INarrowing _narrowing;
    private readonly Action<WorkloadBox, IReadOnlyList<LiveTerm>> _visit;
    private readonly Budget _budget;

    /// <param name="terms">The terms.</param>
    /// <param name="narrowing">Leaves out what cannot matter.</param>
    /// <param name="visit">Receives each box with the terms that hold in it.</param>
    /// <param name="budget">Pays for the work.</param>
    public WorkloadSpace(
        IEnumerable<WorkloadTerm> terms,
        INarrowing narrowing,
        Action<WorkloadBox, IReadOnlyList<LiveTerm>> visit,
        Budget budget)
    {
        _terms = [.. terms.OrderBy(static term => term.Content).ThenBy(static term => term.Side)];
        _entries = [.. _terms.SelectMany(static (term, index) => Entries(term, index))];
        _contents = new OpenContent(_terms, _entries);
        (_narrowing, _visit, _budget) = (narrowing, visit, budget);
    }

    /// <summary>Visits all boxes in which something can be found.</summary>
    public void Explore() => Enter(Dimension.Namespace, [.. Enumerable.Range(0, _entries.Length)], WorkloadBox.Everything);

    private static IEnumerable<WorkloadEntry> Entries(WorkloadTerm term, int index) =>
    [
        .. term.Workloads.Select(match => new WorkloadEntry(index, isExcept: false, match)),
        .. term.Except.Select(match => new WorkloadEntry(index, isExcept: true, match)),
    ];

    private void Enter(int dimension, List<int> alive, WorkloadBox box)
    {
        _budget.Spend((EntrySteps * alive.Count) + 1);
        var live = LiveEntries.Settle(_entries, alive, dimension, box.Labels);
        var terms = _contents.TermsOf(live, dimension);
        if (_narrowing.IsFutile(terms))
        {
            return;
        }

        live = EntriesOf(live, terms);
        if (dimension == Dimension.Labels)
        {
            SplitLabels(live, terms, box);
        }
        else
        {
            SplitNames(dimension, live, terms, box);
        }
    }

    private void SplitNames(int dimension, List<int> live, List<LiveTerm> terms, WorkloadBox box)
    {
        var split = new NameSplit(_entries, live, dimension, _budget, _narrowing.NeedsChange ? [.. terms.Where(static live => live.IsChanged).Select(static live => live.Place)] : null);
        if (split.Atoms.Count == 0)
        {
            Enter(dimension + 1, live, box);
            return;
        }

        var kept = 0;
        var groups = new OrderedDictionary<List<int>, List<NameAtom>>(SameEntries.Comparer);
        foreach (var atom in split.Atoms.Where(split.MayChange))
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

    private void SplitLabels(List<int> live, List<LiveTerm> terms, WorkloadBox box)
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

    // Both lists are in the order of the terms.
    private List<int> EntriesOf(List<int> live, List<LiveTerm> terms)
    {
        var kept = new List<int>(live.Count);
        var next = 0;
        foreach (var entry in CollectionsMarshal.AsSpan(live))
        {
            var place = _entries[entry].Term;
            while (next < terms.Count && terms[next].Place < place)
            {
                next++;
            }

            if (next < terms.Count && terms[next].Place == place)
            {
                kept.Add(entry);
            }
        }

        return kept;
    }
}

using System.Runtime.InteropServices;
using ImdsProxy.Core.Policy;

namespace ImdsProxy.Core.Proofs.Workloads;

/// <summary>
/// Numbers the contents of terms by what is still open in a branch. Two rules that differ in their namespaces are equal where both
/// apply, so a namespace that is added to a rule changes nothing in the others.
/// </summary>
internal sealed class OpenContent
{
    private readonly WorkloadTerm[] _terms;
    private readonly WorkloadEntry[] _entries;
    private readonly int[][] _open = new int[Dimension.Labels + 1][];
    private readonly Dictionary<(int Before, int Open), int> _numbers = [];
    private readonly List<int> _ofTerm = [];

    /// <param name="terms">All terms.</param>
    /// <param name="entries">All entries.</param>
    public OpenContent(WorkloadTerm[] terms, WorkloadEntry[] entries)
    {
        (_terms, _entries) = (terms, entries);
        var texts = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var dimension = Dimension.Namespace; dimension <= Dimension.Labels; dimension++)
        {
            _open[dimension] = [.. entries.Select(entry => NumberOf(texts, entry, dimension))];
        }
    }

    /// <summary>The terms of live entries, with their contents.</summary>
    /// <param name="live">The entries, in order. The entries of a term are adjacent.</param>
    /// <param name="dimension">The first dimension that is not yet split.</param>
    public List<LiveTerm> TermsOf(List<int> live, int dimension)
    {
        var terms = new List<LiveTerm>();
        for (var from = 0; from < live.Count;)
        {
            var term = _entries[live[from]].Term;
            _ofTerm.Clear();
            for (; from < live.Count && _entries[live[from]].Term == term; from++)
            {
                _ofTerm.Add(_open[dimension][live[from]]);
            }

            terms.Add(new LiveTerm(_terms[term], term, NumberOf(_terms[term].Content)));
        }

        return terms;
    }

    private int NumberOf(int meaning)
    {
        _ofTerm.Sort();
        var (number, last) = (NumberOf(-1, meaning), -1);
        foreach (var open in _ofTerm)
        {
            number = open == last ? number : NumberOf(number, open);
            last = open;
        }

        return number;
    }

    private int NumberOf(int before, int open)
    {
        ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(_numbers, (before, open), out var isKnown);
        return isKnown ? number : number = _numbers.Count;
    }

    private static int NumberOf(Dictionary<string, int> texts, WorkloadEntry entry, int dimension)
    {
        var open = new WorkloadMatch(
            dimension <= Dimension.Namespace ? entry.Match.Namespaces : default,
            dimension <= Dimension.ServiceAccount ? entry.Match.ServiceAccounts : default,
            dimension <= Dimension.Owner ? entry.Match.Owners : default,
            entry.Match.Labels);
        var text = (entry.IsExcept ? "except " : "") + WorkloadText.Of(open);
        if (!texts.TryGetValue(text, out var number))
        {
            texts[text] = number = texts.Count;
        }

        return number;
    }
}

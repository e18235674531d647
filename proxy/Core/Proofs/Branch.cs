using System.Collections.Immutable;
using ImdsProxy.Core.Proofs.Requests;
using ImdsProxy.Core.Proofs.Workloads;

namespace ImdsProxy.Core.Proofs;

/// <summary>A box of workloads with the terms that hold in it.</summary>
/// <param name="box">The workloads.</param>
/// <param name="live">The terms.</param>
/// <param name="terms">All terms.</param>
/// <param name="goal">The requests in question, or null.</param>
/// <param name="relevance">Which terms matter to a question about a difference; or null.</param>
internal sealed class Branch(WorkloadBox box, IReadOnlyList<LiveTerm> live, SliceTerms terms, Standing? goal, Relevance? relevance)
{
    public WorkloadBox Box => box;

    /// <summary>The meanings that hold under each policy. Boxes with equal meanings have equal cells.</summary>
    public List<int> Meanings()
    {
        var meanings = new List<int>(live.Count);
        foreach (var term in live)
        {
            // The terms are in the order of their meanings, then of the policies.
            var meaning = (term.Term.Content << 2) | (term.Term.Side + 1);
            if (meanings.Count == 0 || meanings[^1] != meaning)
            {
                meanings.Add(meaning);
            }
        }

        return meanings;
    }

    /// <summary>The standing under each policy; the standing of the goal comes last.</summary>
    public ImmutableArray<Standing> Standings() => terms.Standings(live, goal);

    /// <summary>
    /// What the changed terms concern if every difference shows in natural requests (see <see cref="Relevance.IsNatural"/>); otherwise null.
    /// </summary>
    public ChangedTokens? NaturalChange() =>
        relevance is not null && relevance.IsNatural(live) ? ChangedTokens.Of(relevance.Changed(live)) : null;
}

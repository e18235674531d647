using ImdsProxy.Core.Proofs.Atoms;
using ImdsProxy.Core.Proofs.Requests;
using ImdsProxy.Core.Proofs.Workloads;

namespace ImdsProxy.Core.Proofs;

/// <summary>Leaves out of a branch of the workloads what cannot matter to a question.</summary>
/// <param name="terms">The terms.</param>
/// <param name="isScoped">Whether only workloads of a scope are in question.</param>
/// <param name="goal">The requests in question, if allows that cannot reach them are left out; or null.</param>
/// <param name="relevance">Which terms matter to a question about a difference; or null.</param>
/// <param name="budget">Pays for the work.</param>
internal sealed class Narrowing(SliceTerms terms, bool isScoped, Standing? goal, Relevance? relevance, Budget budget) : INarrowing
{
    private readonly ChangeMarks _marks = new();

    public bool NeedsChange => relevance is not null;

    /// <summary>Whether nothing more is looked for.</summary>
    public bool IsStopped { get; set; }

    public bool IsFutile(List<LiveTerm> live)
    {
        budget.Spend(live.Count);
        if (IsStopped || (isScoped && !live.Exists(static term => term.Term.Side == SliceTerms.ScopeSide)))
        {
            return true;
        }

        if (relevance is not null)
        {
            if (!_marks.Mark(live))
            {
                return true;
            }

            relevance.Narrow(live);
        }

        return goal is not null && !live.Exists(term => term.Term.Side != SliceTerms.ScopeSide && terms.MayReach(term.Term, goal));
    }
}

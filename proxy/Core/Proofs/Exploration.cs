using System.Collections.Immutable;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Proofs.Atoms;
using ImdsProxy.Core.Proofs.Requests;
using ImdsProxy.Core.Proofs.Workloads;

namespace ImdsProxy.Core.Proofs;

/// <summary>Visits all workloads and requests of a question: first boxes of workloads, then, in each, cells of requests.</summary>
/// <param name="sides">The policies.</param>
/// <param name="goals">The requests in question, each as a deny; empty for all.</param>
/// <param name="scope">The workloads in question, or null for all.</param>
/// <param name="budget">Pays for the work.</param>
internal sealed class Exploration(ImmutableArray<PolicySide> sides, ImmutableArray<DenyPermission> goals, Scope? scope, Budget budget)
{
    private const int ScopeSide = -1;

    private readonly SelectorAtoms _selectors = new(
        [.. sides.Select(static side => side.Document)], sides.Select(static side => side.Decider.Identities));

    /// <summary>Whether to skip a branch in which both policies have the same terms and so decide alike. For questions about a difference.</summary>
    public bool SkipsSame { get; init; }

    /// <summary>Whether to skip a branch in which no allow matches a goal's identity. For questions about what is permitted.</summary>
    private bool SkipsUnrelated => !goals.IsEmpty && sides.All(static side => side.Document is { Mode: PolicyMode.Enforce, ModeExceptions.IsEmpty: true });

    /// <summary>Visits the boxes of workloads in one slice, each with the standing under each policy; the standing of the goal comes last.</summary>
    public void Boxes(Slice slice, Action<WorkloadBox, ImmutableArray<Standing>> visit)
    {
        var terms = new SliceTerms(sides, slice, budget);
        var goal = goals.IsEmpty ? null : Goal(slice);
        if (goal is { Denies.Count: 0 })
        {
            return;
        }

        if (scope is not null)
        {
            terms.Add(ScopeSide, scope.Workloads, scope.Except);
        }

        new WorkloadSpace(terms.All, live => IsFutile(slice, terms, goal, live), (box, live) =>
        {
            budget.Spend(Budget.Split);
            visit(box, terms.Standings(live, goal));
        }, budget).Explore();
    }

    /// <summary>Visits the cells of requests in one slice.</summary>
    public Cells CellsOf(Slice slice) => new(slice, _selectors, budget);

    private Standing Goal(Slice slice) =>
        new(PolicyMode.Enforce, [], RuleTerms.DeniesOf("goal", null, goals, slice, sides[0].Decider.Identities), sides[0].Decider.Identities) { IsGoal = true };

    private bool IsFutile(Slice slice, SliceTerms terms, Standing? goal, IReadOnlyList<WorkloadTerm> live)
    {
        budget.Spend(live.Count);
        return (scope is not null && !live.Any(static term => term.Side == ScopeSide))
            || (SkipsSame && (slice == Slice.Others || _selectors.AreSame) && terms.AreSame(live))
            || (goal is not null && SkipsUnrelated && !live.Any(term => term.Side != ScopeSide && terms.MayReach(term, goal)));
    }
}

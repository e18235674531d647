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
    private readonly SelectorAtoms _selectors = new(
        [.. sides.Select(static side => side.Document)], sides.Select(static side => side.Decider.Identities));

    /// <summary>Whether to skip a branch in which both policies have the same terms and so decide alike. For questions about a difference.</summary>
    public bool SkipsSame { get; init; }

    /// <summary>Whether equal terms are kept even where they cannot matter to natural requests.</summary>
    public bool KeepsAll { get; init; }

    private bool HaveEqualModes => sides[0].Document.Mode == sides[^1].Document.Mode;

    /// <summary>Whether to skip a branch in which no allow matches a goal's identity. For questions about what is permitted.</summary>
    private bool SkipsUnrelated => !goals.IsEmpty && sides.All(static side => side.Document is { Mode: PolicyMode.Enforce, ModeExceptions.IsEmpty: true });

    /// <summary>Visits the boxes of workloads in one slice, each with the standing under each policy; the standing of the goal comes last.</summary>
    public void Boxes(Slice slice, Action<WorkloadBox, ImmutableArray<Standing>> visit) => Branches(slice, branch =>
    {
        visit(branch.Box, branch.Standings());
        return true;
    });

    /// <summary>Visits the boxes of workloads in one slice, until a visit returns false.</summary>
    /// <returns>Whether every visit returned true.</returns>
    public bool Branches(Slice slice, Func<Branch, bool> visit)
    {
        var terms = new SliceTerms(sides, slice, budget);
        var goal = goals.IsEmpty ? null : Goal(slice);
        if (goal is { Denies.Count: 0 })
        {
            return true;
        }

        if (scope is not null)
        {
            terms.Add(SliceTerms.ScopeSide, scope.Workloads, scope.Except);
        }

        var relevance = SkipsSame && HaveEqualModes && (slice == Slice.Others || _selectors.AreSame) ? new Relevance(terms, slice, _selectors) { KeepsAll = KeepsAll } : null;
        var narrowing = new Narrowing(terms, scope is not null, SkipsUnrelated ? goal : null, relevance, budget);
        new WorkloadSpace(terms.All, narrowing, (box, live) =>
        {
            budget.Spend(Budget.Split);
            narrowing.IsStopped = !visit(new Branch(box, live, terms, goal, relevance));
        }, budget).Explore();
        return !narrowing.IsStopped;
    }

    /// <summary>Visits the cells of requests in one slice.</summary>
    public Cells CellsOf(Slice slice) => new(slice, _selectors, budget);

    private Standing Goal(Slice slice) =>
        new(PolicyMode.Enforce, [], RuleTerms.DeniesOf("goal", null, goals, slice, sides[0].Decider.Identities), sides[0].Decider.Identities) { IsGoal = true };
}

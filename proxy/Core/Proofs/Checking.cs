using System.Collections.Immutable;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Proofs.Atoms;
using ImdsProxy.Core.Proofs.Requests;

namespace ImdsProxy.Core.Proofs;

/// <summary>Finds the parts of a policy that have no effect.</summary>
internal sealed class Checking
{
    private readonly PolicyDocument _policy;
    private readonly RuleState[] _states;

    private Checking(PolicyDocument policy)
    {
        _policy = policy;
        _states = [.. policy.Rules.Select(static rule => new RuleState(rule))];
    }

    public static Findings Of(PolicyDocument policy, long budget)
    {
        var checking = new Checking(policy);
        var steps = new Budget(budget);
        var verdict = Attempt.Within(steps, () => checking.Explore(steps));
        return new Findings(verdict.IsComplete ? [.. checking.Findings()] : [], verdict);
    }

    // A rule may be redundant in one mode and needed in another, so all modes are explored.
    private void Explore(Budget budget)
    {
        var asEnforced = PolicySide.WithModesOfRules(_policy);
        ExploreSide(asEnforced, budget, isFirst: true);
        if (_policy.Mode == PolicyMode.Audit || !_policy.ModeExceptions.IsEmpty)
        {
            ExploreSide(PolicySide.Of(_policy, Assumption.AsWritten), budget, isFirst: false);
        }

        if (_policy.Rules.Any(static rule => rule.Mode is not null))
        {
            ExploreSide(PolicySide.Of(_policy, Assumption.Override), budget, isFirst: false);
            ExploreSide(PolicySide.Of(_policy, Assumption.Enforced), budget, isFirst: false);
        }
    }

    private void ExploreSide(PolicySide side, Budget budget, bool isFirst)
    {
        var exploration = new Exploration([side], [], null, budget);
        foreach (var slice in Enum.GetValues<Slice>())
        {
            var cells = exploration.CellsOf(slice);
            var box = new BoxCheck(cells, side, _states.ToDictionary(static state => state.Rule.Name, StringComparer.Ordinal), isFirst);
            if (isFirst)
            {
                FindSatisfiable(slice, side, cells);
            }

            exploration.Boxes(slice, box.Check);
        }
    }

    // Whether any request can match a permission does not depend on the workload. A permission for a credential endpoint always has a matching request.
    private void FindSatisfiable(Slice slice, PolicySide side, Cells cells)
    {
        var known = new Dictionary<string, bool>(StringComparer.Ordinal);
        foreach (var state in _states)
        {
            var terms = RuleTerms.Of(state.Rule, slice, side.Decider.Identities);
            foreach (var allow in terms.Allows)
            {
                state.Satisfy(allow.Source, slice != Slice.Others || Known("allow", allow.Source.Path, allow.Source.Methods, () => BoxCheck.Permits(cells, BoxCheck.Only(side, [allow], []))));
            }

            foreach (var deny in terms.Denies)
            {
                state.Satisfy(deny.Source, slice != Slice.Others || Known("deny", deny.Source.Path, deny.Source.Methods, () => BoxCheck.Matches(cells, BoxCheck.Only(side, [], [deny]))));
            }
        }

        bool Known(string kind, PathPattern? path, ImmutableArray<string> methods, Func<bool> find)
        {
            var key = $"{kind} {path} {(methods.IsDefault ? "" : string.Join(',', methods))}";
            if (!known.TryGetValue(key, out var isSatisfiable))
            {
                known[key] = isSatisfiable = find();
            }

            return isSatisfiable;
        }
    }

    private IEnumerable<Finding> Findings()
    {
        for (var index = 0; index < _states.Length; index++)
        {
            foreach (var finding in _states[index].Findings(index))
            {
                yield return finding;
            }
        }
    }
}

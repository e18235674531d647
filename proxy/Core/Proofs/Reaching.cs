using System.Collections.Immutable;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Deciding;
using ImdsProxy.Core.Proofs.Atoms;
using ImdsProxy.Core.Proofs.Requests;

namespace ImdsProxy.Core.Proofs;

/// <summary>Finds the requests and workloads in question that a policy permits.</summary>
internal sealed class Reaching
{
    private readonly PolicySide _side;
    private readonly ImmutableArray<DenyPermission> _goals;
    private readonly FoundSets<string> _found;

    private Reaching(PolicySide side, ImmutableArray<DenyPermission> goals, Budget budget)
    {
        (_side, _goals) = (side, goals);
        _found = new FoundSets<string>([side], budget);
    }

    /// <summary>The sets that are permitted, by rule.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="goals">The requests in question, each as a deny; empty for all.</param>
    /// <param name="scope">The workloads in question, or null for all.</param>
    /// <param name="assumption">Which modes hold.</param>
    /// <param name="isFirstEnough">Whether to stop at the first set, because it answers the question.</param>
    /// <param name="budget">The most steps.</param>
    public static (ImmutableArray<Difference> Sets, ProofVerdict Verdict) Of(
        PolicyDocument policy, ImmutableArray<DenyPermission> goals, Scope? scope, Assumption assumption, bool isFirstEnough, long budget)
    {
        var steps = new Budget(budget);
        var reaching = new Reaching(PolicySide.Of(policy, assumption), goals, steps);
        var verdict = Attempt.Within(steps, () => reaching.Explore(new Exploration([reaching._side], goals, scope, steps), isFirstEnough));
        var sets = ImmutableArray.CreateBuilder<Difference>();
        foreach (var (_, found) in reaching._found.All)
        {
            if (reaching.Confirm(found) is not { } confirmed)
            {
                return ([], Attempt.Disagreement(found, [reaching._side]));
            }

            sets.Add(confirmed);
        }

        return (sets.ToImmutable(), verdict);
    }

    private void Explore(Exploration exploration, bool isFirstEnough)
    {
        foreach (var slice in Enum.GetValues<Slice>())
        {
            var cells = exploration.CellsOf(slice);
            exploration.Boxes(slice, (box, standings) =>
            {
                if (isFirstEnough && _found.All.Any())
                {
                    return;
                }

                var all = new List<IRequestCell>();
                cells.Explore(standings, all.Add);
                foreach (var same in all.Where(IsReached).GroupBy(static cell => cell.Rules[0] ?? "", StringComparer.Ordinal))
                {
                    var patterns = standings[0].Allows.Where(allow => allow.Rule == same.Key).Select(static allow => allow.Source.Path);
                    _found.Add(same.Key, box, [.. same], all.Where(static cell => !IsReached(cell)), patterns);
                }
            });
        }
    }

    private static bool IsReached(IRequestCell cell) =>
        cell.Outcomes[0] == Outcome.Permitted && (cell.Outcomes.Length == 1 || cell.Outcomes[1] != Outcome.Permitted);

    private Difference? Confirm(Found found)
    {
        if (WitnessBuilder.Of(found.Boxes[0], found.Cell) is not { } witness)
        {
            return null;
        }

        var replay = Replay.Of(_side.Decider, witness);
        return replay.Outcome == Outcome.Permitted && IsInGoal(witness)
            ? new Difference(DifferenceKind.Access, found.Workloads, found.Requests, replay.Rule, witness)
            : null;
    }

    // The goal is matched by the decider's own code, too.
    private bool IsInGoal(Witness witness)
    {
        var identities = _side.Decider.Identities;
        var question = witness.Answer is { } answer ? Question.After(witness.Request, answer) : Question.Before(witness.Request, identities);
        var rule = new PolicyRule("goal", null, null, [], [], [], _goals);
        return _goals.IsEmpty || new CompiledRule(rule, identities).Denies.Any(goal =>
            goal.MatchPath(witness.Request) == MatchResult.Match && goal.MatchDetails(question) == MatchResult.Match);
    }
}

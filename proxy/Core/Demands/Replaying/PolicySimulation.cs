using System.Collections.Immutable;
using ImdsProxy.Core.Policy;

namespace ImdsProxy.Core.Demands.Replaying;

/// <summary>Replays the demands of a log through the decider.</summary>
public static class PolicySimulation
{
    /// <summary>Determines the changes that a policy would make.</summary>
    /// <param name="table">The demands.</param>
    /// <param name="policy">The policy.</param>
    /// <param name="asWritten">Whether the policy's modes count. Otherwise it is replayed as if all of it were enforced.</param>
    /// <param name="against">The policy to compare with, replayed in the same way; null compares with what was recorded.</param>
    public static SimulationResult Run(DemandTable table, PolicyDocument policy, bool asWritten = false, PolicyDocument? against = null)
    {
        var learned = LearnedIdentities.Of(table);
        var after = new ReplayedPolicy(policy, asWritten, table, learned);
        var before = against is null ? null : new ReplayedPolicy(against, asWritten, table, learned);
        var changes = table.Demands
            .SelectMany(demand => demand.Parts.SelectMany(part => part.Labels.Select(labels => Compare(demand, part, labels, before, after))))
            .ToList();
        return Result(table, changes, policy.Revision, against?.Revision, after);
    }

    private static Change Compare(Demand demand, DemandPart part, LabelCount labels, ReplayedPolicy? before, ReplayedPolicy after)
    {
        var now = after.Decide(demand, part, labels.Labels);
        var then = before?.Decide(demand, part, labels.Labels) ?? new Replay(null, part.IsLetThrough, Reason.Rule, null);
        var outcome = now.Cause is not null || then.Cause is not null ? SimulationOutcome.NotJudged
            : now.IsLetThrough == then.IsLetThrough ? (SimulationOutcome?)null
            : now.IsLetThrough ? SimulationOutcome.WouldOpen
            : SimulationOutcome.WouldBreak;
        return new Change(demand, labels.Requests, outcome, now with { Cause = now.Cause ?? then.Cause });
    }

    private static SimulationResult Result(DemandTable table, List<Change> changes, string revision, string? against, ReplayedPolicy policy)
    {
        long Sum(SimulationOutcome? outcome) => changes.Where(change => change.Outcome == outcome).Sum(static change => change.Requests);
        var others = table.NotJudged;
        if (table.Workloads.Sum(static workload => workload.Folded) is > 0 and var folded)
        {
            others = others.SetItem(NotJudged.Folded, folded);
        }

        return new SimulationResult(
            revision,
            against,
            Sum(null),
            Sum(SimulationOutcome.WouldBreak),
            Sum(SimulationOutcome.WouldOpen),
            Sum(SimulationOutcome.NotJudged) + others.Values.Sum(),
            Items(changes, policy),
            others);
    }

    private static ImmutableArray<SimulationItem> Items(List<Change> changes, ReplayedPolicy policy) =>
    [
        .. changes
            .Where(static change => change.Outcome is not null)
            .GroupBy(static change => (change.Outcome, change.Demand.Id, change.Demand.Key, change.Replay.Cause, change.Replay.Reason, change.Replay.Rule))
            .Select(same => Item(same.First(), same.Sum(static change => change.Requests), policy))
            .OrderBy(static item => item.Outcome)
            .ThenByDescending(static item => item.Requests)
            .ThenBy(static item => item.Demand.Key.Workload)
            .ThenBy(static item => item.Demand.Id, StringComparer.Ordinal)
            .ThenBy(static item => (item.Cause, item.Reason)),
    ];

    private static SimulationItem Item(Change change, long requests, ReplayedPolicy policy) => new(change.Outcome!.Value, change.Demand, requests)
    {
        Cause = change.Replay.Cause,
        Reason = change.Replay.Cause is null ? change.Replay.Reason : null,
        Rule = change.Replay.Rule,
        Fix = change.Outcome == SimulationOutcome.WouldBreak ? policy.HintFor(change.Demand, change.Replay.Reason) : null,
    };

    private sealed record Change(Demand Demand, long Requests, SimulationOutcome? Outcome, Replay Replay);
}

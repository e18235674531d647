using System.Collections.Immutable;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Demands.Replaying;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Deciding;

namespace ImdsProxy.Core.Demands.Rollout;

/// <summary>Determines how far each namespace is on the way to enforcement.</summary>
public static class RolloutStatus
{
    private const int RecentDays = 7;
    private const int JudgedDays = 30;

    /// <summary>The status of every namespace that made a demand, sorted.</summary>
    /// <param name="table">The demands.</param>
    /// <param name="policy">The policy that is, or will be, in force.</param>
    /// <param name="leftOut">The ids of demands that were left out by decision. A demand that a deny of the policy closes is left out anyway.</param>
    /// <param name="settle">How long a demand counts as new. Null means the same as in a suggestion.</param>
    public static ImmutableArray<NamespaceStatus> Of(DemandTable table, PolicyDocument policy, ImmutableHashSet<string>? leftOut = null, TimeSpan? settle = null)
    {
        var decided = new DecidedPolicy(policy, table, LearnedIdentities.Of(table));
        var snapshot = PolicySnapshot.Compile(policy);
        var demands = table.Demands.ToLookup(static demand => demand.Key.Workload.Namespace, StringComparer.Ordinal);
        return
        [
            .. table.Workloads
                .GroupBy(static workload => workload.Workload.Namespace, StringComparer.Ordinal)
                .Select(ns => Of(ns.Key, [.. ns], [.. demands[ns.Key].Select(demand => new JudgedDemand(demand, decided.Of(demand)))], ModeOf(snapshot, demands[ns.Key]), table.Coverage.To ?? default, leftOut ?? [], settle)),
        ];
    }

    private static NamespaceStatus Of(
        string name, List<WorkloadEvidence> workloads, List<JudgedDemand> demands, NamespaceMode mode, DateTimeOffset now, ImmutableHashSet<string> leftOut, TimeSpan? settle)
    {
        var open = demands.Where(demand => demand.IsOpen && !leftOut.Contains(demand.Demand.Id) && demand.Demand.Last > now.AddDays(-JudgedDays)).Select(static demand => demand.Demand).ToImmutableArray();
        var answered = demands.Select(static demand => demand.Demand).Where(static demand => demand is { IsAnswered: true, Key.IsProbe: false }).ToList();
        var newest = answered.Count == 0 ? (DateTimeOffset?)null : answered.Max(static demand => demand.FirstSeen);
        var regressed = demands.Where(demand => demand.IsRegressed && !leftOut.Contains(demand.Demand.Id)).Select(static demand => demand.Demand).ToList();
        var unsettled = answered.Where(demand => demand.FirstSeen + SettleOf(demand, settle) > now).ToList();
        var age = now - workloads.Min(static workload => workload.FirstSeen);
        var (state, next) = mode == NamespaceMode.Enforce
            ? OfEnforced(regressed)
            : OfAudited(name, open, unsettled, age);
        return new NamespaceStatus(
            name,
            workloads.Count,
            workloads.Sum(static workload => workload.Requests),
            open,
            WouldDenied(demands, now),
            newest is { } moment ? (int)(now - moment).TotalDays : null,
            mode,
            state,
            next);
    }

    private static (RolloutState State, string Next) OfEnforced(List<Demand> regressed) => regressed.Count == 0
        ? (RolloutState.Enforced, "nothing: the policy is enforced")
        : (RolloutState.Regressed, $"look at {regressed[0].Id}{More(regressed.Count)}, which used to be answered and is denied since: add a rule, or leave it out by decision");

    private static (RolloutState State, string Next) OfAudited(string name, ImmutableArray<Demand> open, List<Demand> unsettled, TimeSpan age) =>
        !open.IsEmpty ? (RolloutState.Learning, $"add a rule for {open[0].Id}{More(open.Length)}, or leave it out by decision: policy suggest -n {name}")
        : age < TimeSpan.FromDays(RecentDays) ? (RolloutState.Learning, $"wait until the records of the namespace cover {RecentDays} days")
        : unsettled.Count > 0 ? (RolloutState.Learning, $"wait: {unsettled[0].Id}{More(unsettled.Count)} is new")
        : (RolloutState.Ready, $"enforce it: rollout plan {name}");

    private static string More(int count) => count > 1 ? $" (and {count - 1} more)" : "";

    private static TimeSpan SettleOf(Demand demand, TimeSpan? settle) =>
        settle ?? TimeSpan.FromDays(demand.Key.Method == "POST" || demand.Key.Endpoint.IssuesCredential ? RecentDays : 1);

    private static long WouldDenied(List<JudgedDemand> demands, DateTimeOffset now)
    {
        var first = DateOnly.FromDateTime(now.UtcDateTime).AddDays(1 - RecentDays);
        return demands.SelectMany(static demand => demand.Demand.Parts)
            .Where(static part => part.Verdict == Verdict.WouldDeny)
            .SelectMany(static part => part.PerDay)
            .Where(day => day.Day >= first)
            .Sum(static day => day.Requests);
    }

    // Mode lists cannot name owners or labels, so a workload's namespace and service account determine its mode.
    private static NamespaceMode ModeOf(PolicySnapshot policy, IEnumerable<Demand> demands)
    {
        var modes = demands
            .Select(static demand => demand.Key.Workload)
            .Distinct()
            .Select(workload => policy.ModeFor(new PodIdentity(workload.Namespace, "", "", workload.ServiceAccount, null, []).Workload))
            .Distinct()
            .ToList();
        return modes.Count > 1 ? NamespaceMode.Mixed : modes is [PolicyMode.Enforce] ? NamespaceMode.Enforce : NamespaceMode.Audit;
    }

    private sealed record JudgedDemand(Demand Demand, PolicyVerdict Decision)
    {
        // A demand that was always denied does not delay enforcement: either it was a probe, or nobody needed the answer.
        public bool IsOpen => Demand is { IsAnswered: true, Key.IsProbe: false } && !Decision.IsAllowed && !Decision.IsDeniedByRule;

        public bool IsRegressed => !Demand.Key.IsProbe && !Decision.IsAllowed && !Decision.IsDeniedByRule && IsDeniedSince;

        private bool IsDeniedSince
        {
            get
            {
                var answered = Demand.Parts.Where(static part => part.Outcome == DemandOutcome.Answered).Select(static part => part.Last).ToList();
                var denied = Demand.Parts.Where(static part => !part.IsLetThrough).Select(static part => part.Last).ToList();
                return answered.Count > 0 && denied.Count > 0 && denied.Max() > answered.Max();
            }
        }
    }
}

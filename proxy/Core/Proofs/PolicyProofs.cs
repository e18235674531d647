using System.Collections.Immutable;
using ImdsProxy.Core.Policy;

namespace ImdsProxy.Core.Proofs;

/// <summary>
/// Answers questions about valid policies exactly, for every pod, every request that parses, and every answer that does not contradict
/// itself. <c>README.md</c> says how. A budget bounds the work; it counts steps, so a result never depends on the machine.
/// </summary>
public static class PolicyProofs
{
    /// <summary>The steps that a question may take unless told otherwise: a few seconds.</summary>
    public const long DefaultBudget = 200_000_000;

    /// <summary>What two policies decide differently.</summary>
    /// <param name="a">The policy that is compared with.</param>
    /// <param name="b">The policy whose difference is described.</param>
    /// <param name="assumption">Which modes hold.</param>
    /// <param name="budget">The most steps.</param>
    public static Comparison Compare(PolicyDocument a, PolicyDocument b, Assumption assumption = Assumption.Enforced, long budget = DefaultBudget) =>
        Comparing.Of(a, b, assumption, null, budget);

    /// <summary>
    /// What two policies decide differently in any mode: with every rule enforced first, then what only shows with the modes as
    /// written, then what only shows under break glass. Modes that cannot make a difference are left out.
    /// </summary>
    /// <param name="a">The policy that is compared with.</param>
    /// <param name="b">The policy whose difference is described.</param>
    /// <param name="budget">The most steps for each comparison.</param>
    public static ImmutableArray<AssumedComparison> CompareModes(PolicyDocument a, PolicyDocument b, long budget = DefaultBudget) =>
        ComparingModes.Of(a, b, budget);

    /// <summary>Whether a policy enforces every rule as it is written, so that <see cref="Assumption.AsWritten"/> gives the same answers.</summary>
    public static bool IsWhollyEnforced(PolicyDocument policy) =>
        policy.Mode == PolicyMode.Enforce && policy.ModeExceptions.IsEmpty && policy.Rules.All(static rule => rule.Mode != PolicyMode.Audit);

    /// <summary>Everyone that can reach a goal.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="goal">The requests; see <see cref="Goal"/>.</param>
    /// <param name="assumption">Which modes hold.</param>
    /// <param name="budget">The most steps.</param>
    public static Holders WhoCan(PolicyDocument policy, DenyPermission goal, Assumption assumption = Assumption.Enforced, long budget = DefaultBudget) =>
        Holders(Reaching.Of(policy, [goal], null, assumption, isFirstEnough: false, budget));

    /// <summary>Everything that the pods of a service account are permitted.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="ns">The namespace.</param>
    /// <param name="serviceAccount">The service account.</param>
    /// <param name="assumption">Which modes hold.</param>
    /// <param name="budget">The most steps.</param>
    public static Grants WhatCan(PolicyDocument policy, string ns, string serviceAccount, Assumption assumption = Assumption.Enforced, long budget = DefaultBudget) =>
        Grants(Reaching.Of(policy, [], new Scope([new WorkloadMatch([ns], [serviceAccount], default, [])], []), assumption, isFirstEnough: false, budget));

    /// <summary>Whether none of the workloads is ever permitted any of the requests.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="workloads">Workloads that match any of these…</param>
    /// <param name="except">…unless they match any of these.</param>
    /// <param name="goals">The requests, each written as a <c>deny</c> is; see <see cref="Goal"/>.</param>
    /// <param name="assumption">Which modes hold.</param>
    /// <param name="budget">The most steps.</param>
    public static NeverResult Never(
        PolicyDocument policy,
        ImmutableArray<WorkloadMatch> workloads,
        ImmutableArray<WorkloadMatch> except,
        ImmutableArray<DenyPermission> goals,
        Assumption assumption = Assumption.Enforced,
        long budget = DefaultBudget) =>
        Never(Reaching.Of(policy, goals, new Scope(workloads, except), assumption, isFirstEnough: true, budget));

    /// <summary>The parts of a policy that have no effect.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="budget">The most steps.</param>
    public static Findings Check(PolicyDocument policy, long budget = DefaultBudget) =>
        Checking.Of(policy, budget);

    private static Holders Holders((ImmutableArray<Difference> Sets, ProofVerdict Verdict) reached) => new(
        [.. reached.Sets.Select(static set => new Holder(set.Workloads, set.Rule, set.Witness))], reached.Verdict);

    private static Grants Grants((ImmutableArray<Difference> Sets, ProofVerdict Verdict) reached) => new(
        [.. reached.Sets.Select(static set => new Grant(set.Workloads, set.Requests, set.Rule, set.Witness))], reached.Verdict);

    private static NeverResult Never((ImmutableArray<Difference> Sets, ProofVerdict Verdict) reached) =>
        new(reached.Sets.FirstOrDefault(), reached.Sets.IsEmpty ? reached.Verdict : ProofVerdict.Complete);
}

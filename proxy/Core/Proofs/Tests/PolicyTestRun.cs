using System.Collections.Immutable;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Deciding;

namespace ImdsProxy.Core.Proofs.Tests;

/// <summary>Runs the tests of a policy: examples through the decider, and each <c>never</c> as a proof.</summary>
public static class PolicyTestRun
{
    /// <summary>The results, examples first, in document order.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="tests">Its tests.</param>
    /// <param name="assumption">Which modes hold.</param>
    /// <param name="budget">The most steps for each <c>never</c>.</param>
    public static ImmutableArray<PolicyTestResult> Of(
        PolicyDocument policy, PolicyTests tests, Assumption assumption = Assumption.Enforced, long budget = PolicyProofs.DefaultBudget)
    {
        var decider = PolicySide.Of(policy, assumption).Decider;
        return
        [
            .. tests.Examples.Select(example => Run(decider, example)),
            .. tests.Nevers.Select(never => Run(policy, never, assumption, budget)),
        ];
    }

    private static PolicyTestResult Run(PolicySnapshot decider, PolicyExample example)
    {
        var caller = new Caller.Pod(example.Caller);
        var decision = example.Answer is { } answer
            ? decider.DecideAnswer(caller, example.Request, answer)
            : decider.Decide(caller, example.Request);
        var failure = decision is Permit != example.IsAllowed ? $"expected {Expected(example)}, but it is {Actual(decision)}"
            : example.Rule is { } rule && rule != decision.Rule ? $"expected the rule {rule} to decide, but it is {Actual(decision)}"
            : "";
        return new PolicyTestResult(example.Name, IsNever: false, ProofStatus.Complete, failure, null);
    }

    private static PolicyTestResult Run(PolicyDocument policy, PolicyNever never, Assumption assumption, long budget)
    {
        var result = PolicyProofs.Never(policy, never.Workloads, never.Except, never.Goals, assumption, budget);
        var failure = result.Counterexample is { } found
            ? $"permitted{(found.Rule is null ? ", because nothing denies it in this mode" : $" by rule {found.Rule}")}"
            : result.Verdict.Message;
        return new PolicyTestResult(never.Name, IsNever: true, result.Verdict.Status, failure, result.Counterexample);
    }

    private static string Expected(PolicyExample example) => example.IsAllowed ? "allow" : "deny";

    private static string Actual(Decision decision) => decision switch
    {
        Permit { Shadow: { } shadow } => $"allowed, because audit mode only records the denial ({shadow.Reason.Name()})",
        Permit permit => $"allowed by rule {permit.Rule}",
        { Rule: { } rule } => $"denied by rule {rule}",
        _ => $"denied ({decision.Reason.Name()})",
    };
}

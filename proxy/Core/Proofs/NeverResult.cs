namespace ImdsProxy.Core.Proofs;

/// <summary>Whether a policy never permits a set of workloads a set of requests.</summary>
/// <param name="Counterexample">A permitted member of the set, or null if there is none.</param>
/// <param name="Verdict">How far the answer can be believed.</param>
public sealed record NeverResult(Difference? Counterexample, ProofVerdict Verdict)
{
    /// <summary>Whether the policy never permits it. True only for an exact answer.</summary>
    public bool Holds => Verdict.IsComplete && Counterexample is null;
}

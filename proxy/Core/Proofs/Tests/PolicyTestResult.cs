namespace ImdsProxy.Core.Proofs.Tests;

/// <summary>How a test of a policy ended.</summary>
/// <param name="Name">The test's name.</param>
/// <param name="IsNever">Whether it is a <c>never</c>, or else an example.</param>
/// <param name="Status">Whether the result is exact.</param>
/// <param name="Failure">What is wrong, in words; empty if the test passed.</param>
/// <param name="Counterexample">A member of a <c>never</c> that is permitted, or null.</param>
public sealed record PolicyTestResult(string Name, bool IsNever, ProofStatus Status, string Failure, Difference? Counterexample)
{
    /// <summary>Whether the policy does what the test expects. True only for an exact result.</summary>
    public bool Passed => Status == ProofStatus.Complete && Failure.Length == 0;
}

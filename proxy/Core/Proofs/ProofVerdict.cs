namespace ImdsProxy.Core.Proofs;

/// <summary>How far a result can be believed, and why.</summary>
/// <param name="Status">The status.</param>
/// <param name="Message">One sentence for people; empty if the status is <see cref="ProofStatus.Complete"/>.</param>
public sealed record ProofVerdict(ProofStatus Status, string Message)
{
    /// <summary>The verdict of an exact answer.</summary>
    public static ProofVerdict Complete { get; } = new(ProofStatus.Complete, "");

    /// <summary>Whether the answer is exact.</summary>
    public bool IsComplete => Status == ProofStatus.Complete;
}

using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Deciding;

namespace ImdsProxy.Core.Proofs.Requests;

/// <summary>What holds for a set of workloads under one policy, in one slice.</summary>
/// <param name="Mode">The mode of the workloads.</param>
/// <param name="Allows">What is allowed.</param>
/// <param name="Denies">What is denied and enforced.</param>
/// <param name="Identities">The policy's aliases.</param>
internal sealed record Standing(PolicyMode Mode, IReadOnlyList<AllowTerm> Allows, IReadOnlyList<DenyTerm> Denies, IdentityTable Identities)
{
    /// <summary>
    /// Whether this is no policy but the set that a question is about: <see cref="Denies"/> describes it by what is released, whatever
    /// was asked for. Its outcome is a denial for each member.
    /// </summary>
    public bool IsGoal { get; init; }
}

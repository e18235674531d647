using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Deciding;

namespace ImdsProxy.Core.Proofs.Requests;

/// <summary>The permissions that apply to a set of workloads under one policy, in one slice.</summary>
/// <param name="Mode">The mode of the workloads.</param>
/// <param name="Allows">The allows.</param>
/// <param name="Denies">The denies that are enforced.</param>
/// <param name="Identities">The policy's aliases.</param>
internal sealed record Standing(PolicyMode Mode, IReadOnlyList<AllowTerm> Allows, IReadOnlyList<DenyTerm> Denies, IdentityTable Identities)
{
    /// <summary>
    /// Whether this is not a policy but the set of requests in question. <see cref="Denies"/> matches the credential that is released,
    /// not the request. Each member of the set has the outcome of a denial.
    /// </summary>
    public bool IsGoal { get; init; }
}

using System.Collections.Immutable;
using ImdsProxy.Core.Policy;

namespace ImdsProxy.Core.Demands.Rollout;

/// <summary>The change of a policy that enforces namespaces.</summary>
/// <param name="Policy">The policy with the new mode lists, or null if a namespace can't be enforced by them.</param>
/// <param name="PolicyJson">The whole policy as JSON, in UTF-8; empty without a policy.</param>
/// <param name="Refusals">Why a namespace is not enforced, by namespace. Empty if all are.</param>
public sealed record RolloutPlan(PolicyDocument? Policy, ReadOnlyMemory<byte> PolicyJson, ImmutableSortedDictionary<string, string> Refusals)
{
    /// <summary>Plans to enforce namespaces.</summary>
    /// <param name="policy">The policy in force.</param>
    /// <param name="status">The status of the namespaces.</param>
    /// <param name="namespaces">The namespaces to enforce.</param>
    /// <param name="anyway">Whether namespaces that are not ready are enforced too.</param>
    public static RolloutPlan For(PolicyDocument policy, ImmutableArray<NamespaceStatus> status, IReadOnlyCollection<string> namespaces, bool anyway = false) =>
        throw new NotSupportedException();
}

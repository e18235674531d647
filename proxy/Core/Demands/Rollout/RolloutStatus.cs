using System.Collections.Immutable;
using ImdsProxy.Core.Policy;

namespace ImdsProxy.Core.Demands.Rollout;

/// <summary>Tells how far each namespace is on the way to enforcement.</summary>
public static class RolloutStatus
{
    /// <summary>The status of every namespace that made a demand, sorted.</summary>
    /// <param name="table">The demands.</param>
    /// <param name="policy">The policy that is in force or is to be.</param>
    /// <param name="leftOut">The ids of demands that were left out by decision. A demand that a deny of the policy closes is left out anyway.</param>
    /// <param name="settle">How long a demand counts as new. Null means the same as in a suggestion.</param>
    public static ImmutableArray<NamespaceStatus> Of(DemandTable table, PolicyDocument policy, ImmutableHashSet<string>? leftOut = null, TimeSpan? settle = null) =>
        throw new NotSupportedException();
}

using System.Collections.Immutable;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Policy.Deciding;

namespace ImdsProxy.Core.Policy.Explaining;

/// <summary>The permissions of a pod under all rules that match its workload. A deny overrides every allow.</summary>
/// <param name="Mode">The mode in force for the pod.</param>
/// <param name="Allow">The permissions that allow requests.</param>
/// <param name="Deny">The permissions that deny requests, even if an allow matches.</param>
public sealed record EffectivePermissions(
    PolicyMode Mode,
    ImmutableArray<EffectivePermission<AllowPermission>> Allow,
    ImmutableArray<EffectivePermission<DenyPermission>> Deny)
{
    /// <summary>The permissions of a pod.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="pod">The pod.</param>
    /// <param name="onHost">Whether its requests come through the node's network.</param>
    public static EffectivePermissions Of(PolicySnapshot policy, PodIdentity pod, bool onHost = false)
    {
        var mode = policy.ModeFor(pod.Workload, onHost);
        var isCapped = onHost && policy.Document.HostNetwork.IsAudited(pod.Workload);
        var rules = policy.Rules.Where(rule => rule.SpeaksOf(pod.Workload)).Select(static rule => rule.Source).ToList();
        return new EffectivePermissions(
            mode,
            [.. rules.SelectMany(rule => rule.Allow.Select(allow => new EffectivePermission<AllowPermission>(rule.Name, mode, allow)))],
            [.. rules.SelectMany(rule => rule.Deny.Select(deny => new EffectivePermission<DenyPermission>(rule.Name, isCapped ? mode : rule.Mode ?? mode, deny)))]);
    }
}

using System.Collections.Immutable;
using ImdsProxy.Core.Policy;

namespace ImdsProxy.Core.Demands;

/// <summary>The labels by which policies select pods.</summary>
public static class PolicyLabels
{
    /// <summary>The keys of all labels that the policies name.</summary>
    public static ImmutableSortedSet<string> Of(params ReadOnlySpan<PolicyDocument> policies)
    {
        var keys = ImmutableSortedSet.CreateBuilder<string>(StringComparer.Ordinal);
        foreach (var policy in policies)
        {
            keys.UnionWith(policy.Rules.SelectMany(static rule => rule.Workloads.Concat(rule.Except)).SelectMany(KeysOf));
        }

        return keys.ToImmutable();
    }

    private static IEnumerable<string> KeysOf(WorkloadMatch match) => match.Labels.IsDefault ? [] : match.Labels.Select(static label => label.Key);
}

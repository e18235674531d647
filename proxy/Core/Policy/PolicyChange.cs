using System.Collections.Immutable;

namespace ImdsProxy.Core.Policy;

/// <summary>The difference between two policies, as names of rules.</summary>
/// <param name="Added">Rules that only the new policy has.</param>
/// <param name="Removed">Rules that only the old policy had.</param>
/// <param name="Changed">Rules that both policies have, with different content.</param>
public sealed record PolicyChange(ImmutableArray<string> Added, ImmutableArray<string> Removed, ImmutableArray<string> Changed)
{
    /// <summary>Compares two policies. Null stands for a policy without rules.</summary>
    public static PolicyChange Between(PolicyDocument? before, PolicyDocument now)
    {
        // A rule taken over from the old policy is the same object, so only the content of the other rules must be compared.
        var old = (before?.Rules ?? []).ToDictionary(static rule => rule.Name, StringComparer.Ordinal);
        var current = now.Rules.Select(static rule => rule.Name).ToHashSet(StringComparer.Ordinal);
        return new PolicyChange(
            [.. now.Rules.Select(static rule => rule.Name).Where(name => !old.ContainsKey(name))],
            [.. old.Keys.Where(name => !current.Contains(name))],
            [.. now.Rules.Where(rule => old.TryGetValue(rule.Name, out var other) && !ReferenceEquals(other, rule) && RuleText.Of(other) != RuleText.Of(rule)).Select(static rule => rule.Name)]);
    }
}

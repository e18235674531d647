using System.Collections.Immutable;

namespace ImdsProxy.Core.Policy;

/// <summary>What changed between two policies, by the names of their rules.</summary>
/// <param name="Added">Rules that the new one has and the old one had not.</param>
/// <param name="Removed">Rules that the old one had and the new one has not.</param>
/// <param name="Changed">Rules that both have, with another content.</param>
public sealed record PolicyChange(ImmutableArray<string> Added, ImmutableArray<string> Removed, ImmutableArray<string> Changed)
{
    /// <summary>Compares two policies; null is one without rules.</summary>
    public static PolicyChange Between(PolicyDocument? before, PolicyDocument now)
    {
        // Rules that were taken over are the same objects; only others are compared by what they say.
        var old = (before?.Rules ?? []).ToDictionary(static rule => rule.Name, StringComparer.Ordinal);
        var current = now.Rules.Select(static rule => rule.Name).ToHashSet(StringComparer.Ordinal);
        return new PolicyChange(
            [.. now.Rules.Select(static rule => rule.Name).Where(name => !old.ContainsKey(name))],
            [.. old.Keys.Where(name => !current.Contains(name))],
            [.. now.Rules.Where(rule => old.TryGetValue(rule.Name, out var other) && !ReferenceEquals(other, rule) && RuleText.Of(other) != RuleText.Of(rule)).Select(static rule => rule.Name)]);
    }
}

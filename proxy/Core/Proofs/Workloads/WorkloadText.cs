using System.Collections.Immutable;
using ImdsProxy.Core.Policy;

namespace ImdsProxy.Core.Proofs.Workloads;

/// <summary>
/// A match as text. Matches that plainly match the same workloads have the same text, so that a change which only
/// repeats or reorders names does not count as a change.
/// </summary>
internal static class WorkloadText
{
    public static string Of(WorkloadMatch match) => RuleText.Of(
        new WorkloadMatch(NameOrAny(match.Namespaces), NameOrAny(match.ServiceAccounts), Least(match.Owners), match.Labels));

    // Every pod has a namespace and a service account, so "*" is any. A pod may have no owner.
    private static ImmutableArray<string> NameOrAny(ImmutableArray<string> names) =>
        names.IsDefault || names.Contains("*", StringComparer.Ordinal) ? default : Least(names);

    private static ImmutableArray<string> Least(ImmutableArray<string> names)
    {
        if (names.IsDefault || names.Length < 2)
        {
            return names;
        }

        // In order, the names that a prefix covers come right after it, if "*" is left out of the comparison.
        var least = new List<string>();
        foreach (var name in names.Distinct(StringComparer.Ordinal).OrderBy(Stem, StringComparer.Ordinal).ThenByDescending(static name => name.EndsWith('*')))
        {
            if (least.Count == 0 || !least[^1].EndsWith('*') || !name.StartsWith(Stem(least[^1]), StringComparison.Ordinal))
            {
                least.Add(name);
            }
        }

        return [.. least];
    }

    private static string Stem(string name) => name.EndsWith('*') ? name[..^1] : name;
}

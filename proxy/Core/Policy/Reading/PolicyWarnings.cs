namespace ImdsProxy.Core.Policy.Reading;

/// <summary>Warns about rules and aliases that are valid but have no effect.</summary>
internal sealed class PolicyWarnings(ProblemList problems)
{
    /// <summary>Limits the work to a second, because a warning is not worth a slow load. Policies of a thousand rules stay below this limit.</summary>
    private const long MaxComparisons = 2_000_000;

    /// <summary>Warns about aliases that no rule uses.</summary>
    public void OfAliases(AliasBook aliases)
    {
        foreach (var unused in aliases.Unused)
        {
            problems.Whole(ProblemSeverity.Warning, unused, "no rule uses this alias: remove it, or use it");
        }
    }

    /// <summary>Warns about rules that can never match, and about allows that a deny always overrides.</summary>
    public void OfRules(IReadOnlyList<PlacedRule> rules)
    {
        foreach (var dead in rules.Where(rule => IsDead(rule.Rule)))
        {
            problems.WithoutEffect(dead.At, "the rule can never match: \"except\" excludes all of its workloads");
        }

        var denies = rules.Where(rule => rule.Rule.Mode != PolicyMode.Audit)
            .SelectMany(rule => rule.Rule.Deny.Where(IsUnconditional).Select(deny => (rule.Rule, deny)))
            .ToList();
        if ((long)denies.Count * rules.Sum(rule => rule.Rule.Allow.Length) > MaxComparisons)
        {
            return;
        }

        foreach (var rule in rules)
        {
            for (var i = 0; i < rule.Rule.Allow.Length; i++)
            {
                WarnOfShadow(rule, i, denies);
            }
        }
    }

    private static bool IsDead(PolicyRule rule) => WorkloadCover.Covers(rule.Except, rule.Workloads);

    private static bool IsUnconditional(DenyPermission deny) => deny.Identities.IsDefault && deny.Resources.IsDefault;

    private void WarnOfShadow(PlacedRule rule, int index, List<(PolicyRule Rule, DenyPermission Deny)> denies)
    {
        var allow = rule.Rule.Allow[index];
        foreach (var (denying, deny) in denies)
        {
            if (Covers(deny, allow) && SpeaksOfAll(denying, rule.Rule))
            {
                problems.WithoutEffect(
                    rule.AllowsAt[index],
                    $"'{allow.Path}' is never allowed, because the rule '{denying.Name}' denies it to the same workloads: remove one of the two");
                return;
            }
        }
    }

    private static bool Covers(DenyPermission deny, AllowPermission allow) =>
        (deny.Path is null || deny.Path.Covers(allow.Path))
        && (deny.Methods.IsDefault || allow.Methods.All(method => deny.Methods.Contains(method, StringComparer.Ordinal)));

    private static bool SpeaksOfAll(PolicyRule deny, PolicyRule allow) =>
        WorkloadCover.Covers(deny.Workloads, allow.Workloads) && WorkloadCover.Covers(allow.Except, deny.Except);
}

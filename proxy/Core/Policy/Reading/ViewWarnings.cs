namespace ImdsProxy.Core.Policy.Reading;

/// <summary>Warns of a <c>redact</c> or <c>keep</c> that hides nothing, because another permission shows all.</summary>
internal sealed class ViewWarnings(ProblemList problems)
{
    /// <summary>As for other warnings: none is worth a slow load.</summary>
    private const long MaxComparisons = 2_000_000;

    public void Find(IReadOnlyList<PlacedRule> rules)
    {
        var views = rules.SelectMany(rule => rule.Rule.Allow.Select((allow, i) => (Placed: rule, Allow: allow, Index: i)))
            .Where(entry => entry.Allow.View is not null)
            .ToList();
        if ((long)views.Count * rules.Sum(rule => rule.Rule.Allow.Length) > MaxComparisons)
        {
            return;
        }

        foreach (var (placed, allow, index) in views)
        {
            if (rules.FirstOrDefault(other => other.Rule.Allow.Any(wider => ShowsAll(wider, allow)) && SpeaksOfAll(other.Rule, placed.Rule)) is { } shown)
            {
                problems.Whole(ProblemSeverity.Warning, placed.AllowsAt[index], $"it hides nothing, because the rule '{shown.Rule.Name}' allows the same workloads the same without hiding: remove one of the two");
            }
        }
    }

    private static bool ShowsAll(AllowPermission wider, AllowPermission allow) =>
        wider.View is null && wider.Path.Covers(allow.Path);

    private static bool SpeaksOfAll(PolicyRule wider, PolicyRule narrower) =>
        WorkloadCover.Covers(wider.Workloads, narrower.Workloads) && WorkloadCover.Covers(narrower.Except, wider.Except);
}

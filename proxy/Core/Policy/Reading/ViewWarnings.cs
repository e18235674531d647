namespace ImdsProxy.Core.Policy.Reading;

/// <summary>Warns about a <c>redact</c> or <c>keep</c> that hides nothing because another permission shows everything.</summary>
internal sealed class ViewWarnings(ProblemList problems)
{
    /// <summary>The same bound as in <see cref="PolicyWarnings"/>: a warning is not worth a slow load.</summary>
    private const long MaxComparisons = 2_000_000;

    public void Find(IReadOnlyList<PlacedRule> rules)
    {
        var views = PlacedAllow.Where(rules, static allow => allow.View is not null);
        if ((long)views.Count * rules.Sum(rule => rule.Rule.Allow.Length) > MaxComparisons)
        {
            return;
        }

        foreach (var view in views)
        {
            if (rules.FirstOrDefault(other => other.Rule.Allow.Any(wider => ShowsAll(wider, view.Allow)) && SpeaksOfAll(other.Rule, view.Rule)) is { } shown)
            {
                problems.Whole(ProblemSeverity.Warning, view.At, $"it hides nothing, because the rule '{shown.Rule.Name}' shows everything to the same workloads: remove one of the two");
            }
        }
    }

    private static bool ShowsAll(AllowPermission wider, AllowPermission allow) =>
        wider.View is null && wider.Path.Covers(allow.Path);

    private static bool SpeaksOfAll(PolicyRule wider, PolicyRule narrower) =>
        WorkloadCover.Covers(wider.Workloads, narrower.Workloads) && WorkloadCover.Covers(narrower.Except, wider.Except);
}

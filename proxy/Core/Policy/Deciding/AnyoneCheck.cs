using System.Collections.Immutable;

namespace ImdsProxy.Core.Policy.Deciding;

/// <summary>Whether there may be a workload that is permitted something. Says yes where it cannot tell.</summary>
internal static class AnyoneCheck
{
    public static bool IsPermitted(ImmutableArray<CompiledRule> rules, in Question question)
    {
        List<CompiledRule>? denying = null;
        foreach (var rule in rules)
        {
            if (Allows(rule, question) && !IsTakenBack(rule, denying ??= Denying(rules, question)))
            {
                return true;
            }
        }

        return false;
    }

    // Looked for once: most denies speak of something else, whoever is allowed.
    private static List<CompiledRule> Denying(ImmutableArray<CompiledRule> rules, in Question question)
    {
        var denying = new List<CompiledRule>();
        foreach (var rule in rules)
        {
            if (rule.Source.Mode != PolicyMode.Audit && Denies(rule, question))
            {
                denying.Add(rule);
            }
        }

        return denying;
    }

    private static bool Allows(CompiledRule rule, in Question question)
    {
        foreach (var allow in rule.Allows)
        {
            if (allow.MatchPath(question.Request) == MatchResult.Match && allow.MatchDetails(question) == MatchResult.Match)
            {
                return true;
            }
        }

        return false;
    }

    // By an enforced deny of all the workloads that the rule speaks of.
    private static bool IsTakenBack(CompiledRule rule, List<CompiledRule> denying) =>
        denying.Exists(other => SpeaksOfAll(other.Source, rule.Source));

    private static bool Denies(CompiledRule rule, in Question question)
    {
        foreach (var deny in rule.Denies)
        {
            if (deny.MatchPath(question.Request) == MatchResult.Match && deny.MatchDetails(question) == MatchResult.Match)
            {
                return true;
            }
        }

        return false;
    }

    private static bool SpeaksOfAll(PolicyRule deny, PolicyRule allow) =>
        WorkloadCover.Covers(deny.Workloads, allow.Workloads) && WorkloadCover.Covers(allow.Except, deny.Except);
}

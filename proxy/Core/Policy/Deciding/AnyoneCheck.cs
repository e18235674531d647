using System.Collections.Immutable;

namespace ImdsProxy.Core.Policy.Deciding;

/// <summary>Determines whether at least one workload may be permitted to send a request. In doubt, the answer is yes.</summary>
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

    // Computed once for all rules, because few denies match the request.
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

    // True if an enforced deny covers all workloads of the rule.
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

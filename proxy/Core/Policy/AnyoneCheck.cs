using System.Collections.Immutable;
using ImdsProxy.Core.Policy.Reading;

namespace ImdsProxy.Core.Policy;

/// <summary>Whether there may be a workload that is permitted something. Says yes where it cannot tell.</summary>
internal static class AnyoneCheck
{
    public static bool IsPermitted(ImmutableArray<CompiledRule> rules, in Question question)
    {
        foreach (var rule in rules)
        {
            if (Allows(rule, question) && !IsTakenBack(rules, rule, question))
            {
                return true;
            }
        }

        return false;
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
    private static bool IsTakenBack(ImmutableArray<CompiledRule> rules, CompiledRule rule, in Question question)
    {
        foreach (var other in rules)
        {
            if (other.Source.Mode != PolicyMode.Audit && Denies(other, question) && SpeaksOfAll(other.Source, rule.Source))
            {
                return true;
            }
        }

        return false;
    }

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

using System.Collections.Immutable;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Policy.Deciding;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Policy.Explaining;

/// <summary>The result of matching one rule against one request.</summary>
/// <param name="Rule">The rule's name.</param>
/// <param name="SpeaksOfCaller">Whether the caller is one of the rule's workloads.</param>
/// <param name="IsExcepted">Whether the rule's <c>except</c> excludes the caller.</param>
/// <param name="Permissions">The result for each of the rule's permissions.</param>
public sealed record RuleExplanation(
    string Rule,
    bool SpeaksOfCaller,
    bool IsExcepted,
    ImmutableArray<PermissionExplanation> Permissions)
{
    /// <summary>Matches every rule of a policy against a pod's request, in the order of the document.</summary>
    public static ImmutableArray<RuleExplanation> AllOf(PolicySnapshot policy, PodIdentity pod, ImdsRequest request)
    {
        var question = Question.Before(request, policy.Identities);
        return [.. policy.Rules.Select(rule => Of(rule, pod.Workload, question))];
    }

    private static RuleExplanation Of(CompiledRule rule, WorkloadIdentity workload, in Question question)
    {
        var permissions = ImmutableArray.CreateBuilder<PermissionExplanation>(rule.Allows.Length + rule.Denies.Length);
        for (var i = 0; i < rule.Allows.Length; i++)
        {
            var path = rule.Allows[i].MatchPath(question.Request);
            var match = path == MatchResult.Match ? rule.Allows[i].MatchDetails(question) : path;
            permissions.Add(new PermissionExplanation("allow", i, rule.Allows[i].Source.Path.Text, match));
        }

        for (var i = 0; i < rule.Denies.Length; i++)
        {
            var path = rule.Denies[i].MatchPath(question.Request);
            var match = path == MatchResult.Match ? rule.Denies[i].MatchDetails(question) : path;
            permissions.Add(new PermissionExplanation("deny", i, rule.Denies[i].Source.Path?.Text ?? "every path", match));
        }

        return new RuleExplanation(
            rule.Source.Name, rule.SpeaksOf(workload), rule.Source.Except.Any(match => match.Matches(workload)), permissions.MoveToImmutable());
    }
}

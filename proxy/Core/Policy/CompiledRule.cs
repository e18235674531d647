using System.Collections.Immutable;
using ImdsProxy.Core.Callers;

namespace ImdsProxy.Core.Policy;

/// <summary>A rule made ready for matching.</summary>
internal sealed class CompiledRule
{
    public CompiledRule(PolicyRule source, IdentityTable identities)
    {
        Source = source;
        Allows = [.. source.Allow.Select(allow => new CompiledAllow(source, allow, identities))];
        Denies = [.. source.Deny.Select(deny => new CompiledDeny(source, deny, identities))];
    }

    public PolicyRule Source { get; }

    public ImmutableArray<CompiledAllow> Allows { get; }

    public ImmutableArray<CompiledDeny> Denies { get; }

    public bool SpeaksOf(WorkloadIdentity workload) =>
        IsAmong(Source.Workloads, workload) && !IsAmong(Source.Except, workload);

    /// <summary>How this rule meets a request of a workload.</summary>
    public RuleExplanation Explain(WorkloadIdentity workload, in Question question)
    {
        var permissions = ImmutableArray.CreateBuilder<PermissionExplanation>();
        for (var i = 0; i < Allows.Length; i++)
        {
            var path = Allows[i].MatchPath(question.Request);
            var match = path == MatchResult.Match ? Allows[i].MatchDetails(question) : path;
            permissions.Add(new PermissionExplanation("allow", i, Allows[i].Source.Path.Text, match));
        }

        for (var i = 0; i < Denies.Length; i++)
        {
            var path = Denies[i].MatchPath(question.Request);
            var match = path == MatchResult.Match ? Denies[i].MatchDetails(question) : path;
            permissions.Add(new PermissionExplanation("deny", i, Denies[i].Source.Path?.Text ?? "every path", match));
        }

        return new RuleExplanation(Source.Name, SpeaksOf(workload), Source.Except.Any(match => match.Matches(workload)), permissions.ToImmutable());
    }

    // Without LINQ: it is asked of each pod and each of thousands of rules.
    private static bool IsAmong(ImmutableArray<WorkloadMatch> matches, WorkloadIdentity workload)
    {
        foreach (var match in matches)
        {
            if (match.Matches(workload))
            {
                return true;
            }
        }

        return false;
    }
}

using System.Collections.Immutable;
using ImdsProxy.Core.Callers;

namespace ImdsProxy.Core.Policy.Deciding;

/// <summary>A rule compiled for matching.</summary>
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

    // Without LINQ, because this runs for each pod and each of thousands of rules.
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

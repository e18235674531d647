using System.Collections.Immutable;
using ImdsProxy.Core.Callers;

namespace ImdsProxy.Core.Policy;

/// <summary>
/// How far the policy goes for requests that come through the node's network. It limits everything else, rules with their own mode
/// included, so that starting to see such requests denies nothing.
/// </summary>
/// <param name="Mode">The limit for every workload that <paramref name="ModeExceptions"/> does not name.</param>
/// <param name="ModeExceptions">The workloads with the other limit: <c>enforceOnly</c> for audit, <c>auditOnly</c> for enforce.</param>
public sealed record HostNetworkPolicy(PolicyMode Mode, ImmutableArray<WorkloadMatch> ModeExceptions)
{
    /// <summary>The limit of a policy without the key: such requests are only audited.</summary>
    public static HostNetworkPolicy Audited { get; } = new(PolicyMode.Audit, []);

    /// <summary>The limit of a policy without modes.</summary>
    public static HostNetworkPolicy Enforced { get; } = new(PolicyMode.Enforce, []);

    /// <summary>Whether anything can be enforced on such requests.</summary>
    public bool MayEnforce => Mode == PolicyMode.Enforce || !ModeExceptions.IsEmpty;

    /// <summary>Whether requests of a workload are only audited, whatever else the policy says.</summary>
    public bool IsAudited(WorkloadIdentity workload) =>
        Mode == PolicyMode.Audit != ModeExceptions.Any(exception => exception.Matches(workload));
}

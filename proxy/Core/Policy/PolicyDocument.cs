using System.Collections.Immutable;

namespace ImdsProxy.Core.Policy;

/// <summary>A valid policy as its author wrote it. The loader creates it; a snapshot is compiled from it.</summary>
/// <param name="Mode">The mode of every workload that <paramref name="ModeExceptions"/> does not name.</param>
/// <param name="ModeExceptions">The workloads in the other mode: <c>enforceOnly</c> in an audit policy, <c>auditOnly</c> in an enforcing policy.</param>
/// <param name="Identities">The aliases.</param>
/// <param name="Rules">The rules. Their order has no meaning.</param>
/// <param name="Revision">The first 12 hex digits of the SHA-256 of the document.</param>
public sealed record PolicyDocument(
    PolicyMode Mode,
    ImmutableArray<WorkloadMatch> ModeExceptions,
    ImmutableArray<IdentityAlias> Identities,
    ImmutableArray<PolicyRule> Rules,
    string Revision)
{
    /// <summary>The limit for requests that come through the node's network.</summary>
    public HostNetworkPolicy HostNetwork { get; init; } = HostNetworkPolicy.Audited;
}

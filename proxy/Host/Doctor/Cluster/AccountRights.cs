using System.Collections.Immutable;

namespace ImdsProxy.Doctor.Cluster;

/// <summary>What the API server says about the account's rights.</summary>
/// <param name="Rights">The rights, one for each verb and resource, or null if they are unknown.</param>
/// <param name="IsIncomplete">Whether the API server can't list the rights that another authorizer grants.</param>
/// <param name="NoAccount">Why this place has no account, or null.</param>
/// <param name="Failure">Why the API server did not answer, or null.</param>
internal sealed record AccountRights(ImmutableArray<Right>? Rights, bool IsIncomplete, string? NoAccount, string? Failure);

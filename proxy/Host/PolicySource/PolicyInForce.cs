using ImdsProxy.Core.Policy.Deciding;
using ImdsProxy.Core.Policy.Reading;

namespace ImdsProxy.PolicySource;

/// <summary>The policy in force, with its origin.</summary>
/// <param name="Snapshot">The policy, or null before the first valid policy.</param>
/// <param name="Source">The origin of the policy.</param>
/// <param name="LoadedAt">The time at which the policy came into force.</param>
/// <param name="Refused">The newest document if it was refused, otherwise null.</param>
internal sealed record PolicyInForce(PolicySnapshot? Snapshot, string? Source, DateTimeOffset? LoadedAt, PolicyLoad? Refused)
{
    public static PolicyInForce None { get; } = new(null, null, null, null);
}

using ImdsProxy.Core.Policy.Deciding;
using ImdsProxy.Core.Policy.Reading;

namespace ImdsProxy.PolicySource;

/// <summary>The policy in force, with its origin.</summary>
/// <param name="Snapshot">The policy, or null before the first valid one.</param>
/// <param name="Source">Where it came from.</param>
/// <param name="LoadedAt">The time since which it has been in force.</param>
/// <param name="Refused">The newest document if it was refused, else null.</param>
internal sealed record PolicyInForce(PolicySnapshot? Snapshot, string? Source, DateTimeOffset? LoadedAt, PolicyLoad? Refused)
{
    public static PolicyInForce None { get; } = new(null, null, null, null);
}

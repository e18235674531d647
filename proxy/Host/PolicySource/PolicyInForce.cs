using ImdsProxy.Core.Policy.Deciding;
using ImdsProxy.Core.Policy.Reading;

namespace ImdsProxy.PolicySource;

/// <summary>The policy in force and how it came to be.</summary>
/// <param name="Snapshot">The policy, or null before the first valid one.</param>
/// <param name="Source">Where it came from.</param>
/// <param name="LoadedAt">Since when it is in force.</param>
/// <param name="Refused">The newest document if it was refused, else null.</param>
internal sealed record PolicyInForce(PolicySnapshot? Snapshot, string? Source, DateTimeOffset? LoadedAt, PolicyLoad? Refused)
{
    public static PolicyInForce None { get; } = new(null, null, null, null);
}

using System.Collections.Immutable;
using ImdsProxy.Core.Policy;

namespace ImdsProxy.Core.Demands.Suggesting;

/// <summary>How careful a suggestion is, and what it builds on.</summary>
public sealed record SuggestOptions
{
    /// <summary>The policy that the suggestion is added to, or null for an empty one in audit mode.</summary>
    public PolicyDocument? Base { get; init; }

    /// <summary>How long ago a demand must have been first seen. Null means 7 days for credentials and POST, and 1 day for the rest.</summary>
    public TimeSpan? Settle { get; init; }

    /// <summary>On how many days a demand must have been seen.</summary>
    public int MinDays { get; init; } = 2;

    /// <summary>Identities that are never proposed, as aliases of the base or client ids.</summary>
    public ImmutableArray<string> Protect { get; init; } = [];

    /// <summary>The ids of demands that a person has looked at and accepts.</summary>
    public ImmutableArray<string> Accept { get; init; } = [];
}

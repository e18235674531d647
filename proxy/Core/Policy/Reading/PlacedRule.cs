using System.Collections.Immutable;

namespace ImdsProxy.Core.Policy.Reading;

/// <summary>A rule without an error, and where it and its allows stand.</summary>
internal sealed record PlacedRule(PolicyRule Rule, LocatedValue At, ImmutableArray<LocatedValue> AllowsAt);

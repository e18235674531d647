using System.Collections.Immutable;

namespace ImdsProxy.Core.Policy.Reading;

/// <summary>The result of reading fragments.</summary>
/// <param name="Load">The policy, and all problems of the current fragments.</param>
/// <param name="InForce">The contents from which the policy was read.</param>
/// <param name="Broken">The fragments that were replaced by their last good content, or that caused the policy to be refused.</param>
public sealed record FragmentsLoad(PolicyLoad Load, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> InForce, ImmutableSortedSet<string> Broken);

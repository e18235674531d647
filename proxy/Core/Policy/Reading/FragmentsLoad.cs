using System.Collections.Immutable;

namespace ImdsProxy.Core.Policy.Reading;

/// <summary>What came of reading fragments.</summary>
/// <param name="Load">The policy, and all problems of the fragments as they are now.</param>
/// <param name="InForce">The contents the policy was made of.</param>
/// <param name="Broken">The fragments in whose place their last good content was taken, or that the policy is refused for.</param>
public sealed record FragmentsLoad(PolicyLoad Load, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> InForce, ImmutableSortedSet<string> Broken);

using System.Collections.Immutable;

namespace ImdsProxy.Core.Proofs;

/// <summary>The parts of a policy that have no effect.</summary>
/// <param name="Items">The findings, in document order.</param>
/// <param name="Verdict">How far the answer can be believed.</param>
public sealed record Findings(ImmutableArray<Finding> Items, ProofVerdict Verdict);

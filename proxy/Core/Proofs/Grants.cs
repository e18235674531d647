using System.Collections.Immutable;

namespace ImdsProxy.Core.Proofs;

/// <summary>Everything that a workload is permitted. If the verdict is complete, it is permitted nothing else.</summary>
/// <param name="Answers">The sets of requests.</param>
/// <param name="Verdict">How far the answer can be believed.</param>
public sealed record Grants(ImmutableArray<Grant> Answers, ProofVerdict Verdict);

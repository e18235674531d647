using System.Collections.Immutable;

namespace ImdsProxy.Core.Proofs;

/// <summary>Everyone that can reach a goal. If the verdict is complete, nobody else can.</summary>
/// <param name="Answers">The sets of workloads, by rule.</param>
/// <param name="Verdict">How far the answer can be believed.</param>
public sealed record Holders(ImmutableArray<Holder> Answers, ProofVerdict Verdict);

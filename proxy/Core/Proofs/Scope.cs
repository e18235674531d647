using System.Collections.Immutable;
using ImdsProxy.Core.Policy;

namespace ImdsProxy.Core.Proofs;

/// <summary>The workloads that a question is about.</summary>
/// <param name="Workloads">Workloads that match any of these…</param>
/// <param name="Except">…unless they match any of these.</param>
internal sealed record Scope(ImmutableArray<WorkloadMatch> Workloads, ImmutableArray<WorkloadMatch> Except);

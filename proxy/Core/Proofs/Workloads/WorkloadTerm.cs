using System.Collections.Immutable;
using ImdsProxy.Core.Policy;

namespace ImdsProxy.Core.Proofs.Workloads;

/// <summary>A set of workloads with a meaning: those of a rule, of a mode list, or of a question.</summary>
/// <param name="Side">The index of the policy that it belongs to.</param>
/// <param name="Index">Its index, by which its owner finds its meaning.</param>
/// <param name="Content">Equal for terms with equal meanings.</param>
/// <param name="Workloads">Workloads that match any of these…</param>
/// <param name="Except">…unless they match any of these.</param>
internal sealed record WorkloadTerm(
    int Side, int Index, int Content, ImmutableArray<WorkloadMatch> Workloads, ImmutableArray<WorkloadMatch> Except);

namespace ImdsProxy.Core.Proofs;

/// <summary>A set of workloads and requests that two policies treat differently.</summary>
/// <param name="Kind">What differs.</param>
/// <param name="Workloads">The workloads, in words.</param>
/// <param name="Requests">The requests, in words; for <see cref="DifferenceKind.Fields"/> with the fields.</param>
/// <param name="Rule">The rule that permits the witness, or that denies it quietly; null if a mode permits it.</param>
/// <param name="Witness">One member of the set.</param>
public sealed record Difference(DifferenceKind Kind, string Workloads, string Requests, string? Rule, Witness Witness);

namespace ImdsProxy.Core.Proofs;

/// <summary>A set of workloads that can reach a goal.</summary>
/// <param name="Workloads">The workloads, in words.</param>
/// <param name="Rule">The rule that permits the witness; null if a mode permits it.</param>
/// <param name="Witness">One workload with a request that reaches the goal.</param>
public sealed record Holder(string Workloads, string? Rule, Witness Witness);

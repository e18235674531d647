namespace ImdsProxy.Core.Proofs;

/// <summary>A set of requests that a workload is permitted.</summary>
/// <param name="Workloads">The pods of the workload that have the grant, in words: all of them, or those with some owner or labels.</param>
/// <param name="Requests">The requests, in words.</param>
/// <param name="Rule">The rule that permits the witness; null if a mode permits it.</param>
/// <param name="Witness">One member of the set.</param>
public sealed record Grant(string Workloads, string Requests, string? Rule, Witness Witness);

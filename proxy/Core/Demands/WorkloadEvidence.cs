using ImdsProxy.Core.Demands.Evidence;

namespace ImdsProxy.Core.Demands;

/// <summary>The evidence of the log for a workload as a whole.</summary>
/// <param name="Workload">The workload.</param>
/// <param name="FirstSeen">Its first demand in the whole log, whatever time range was asked for.</param>
/// <param name="Requests">Its requests in the time range that are demands, folded ones included.</param>
/// <param name="Folded">Its requests whose demands were folded, because the workload had more demands than are kept.</param>
public sealed record WorkloadEvidence(DemandWorkload Workload, DateTimeOffset FirstSeen, long Requests, long Folded)
{
    /// <summary>The pods of the workload that asked for anything in the time range.</summary>
    internal DistinctSample Pods { get; init; } = new();

    /// <summary>The number of pods; an estimate above 256.</summary>
    public int PodCount => Pods.Count;
}

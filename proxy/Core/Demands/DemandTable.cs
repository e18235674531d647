using System.Collections.Immutable;

namespace ImdsProxy.Core.Demands;

/// <summary>Everything that the records of a log demand, reduced. The same log gives the same table, in whatever order it was read.</summary>
/// <param name="Demands">The demands with a request in the time range, by workload, path, method and id.</param>
/// <param name="Workloads">The workloads that made a demand, sorted.</param>
/// <param name="NotJudged">The requests in the time range that are no demands, by cause.</param>
/// <param name="Coverage">The records behind the table, with their gaps.</param>
public sealed record DemandTable(
    ImmutableArray<Demand> Demands,
    ImmutableArray<WorkloadEvidence> Workloads,
    ImmutableSortedDictionary<NotJudged, long> NotJudged,
    Coverage Coverage)
{
    /// <summary>The labels that the table tells apart. A rule that selects pods by another label cannot be judged.</summary>
    public ImmutableSortedSet<string> LabelKeys { get; init; } = [];

    /// <summary>The lines that were not records.</summary>
    public long Skipped { get; init; }

    /// <summary>The number of requests in the time range, including those that are no demands.</summary>
    public long Requests => Workloads.Sum(static workload => workload.Requests) + NotJudged.Values.Sum();
}

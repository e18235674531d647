using ImdsProxy.Core.Demands.Evidence;

namespace ImdsProxy.Core.Demands.Suggesting;

/// <summary>The evidence of all demands that need the same permission, and of their workload.</summary>
internal sealed class WantEvidence
{
    private readonly DistinctSample _pods = new();
    private readonly WorkloadEvidence _workload;

    /// <param name="demands">The demands that need the permission.</param>
    /// <param name="workload">Their workload.</param>
    public WantEvidence(IReadOnlyCollection<Demand> demands, WorkloadEvidence workload)
    {
        _workload = workload;
        FirstSeen = demands.Min(static demand => demand.FirstSeen);
        Days = demands.SelectMany(static demand => demand.Parts).SelectMany(static part => part.PerDay).Select(static day => day.Day).Distinct().Count();
        foreach (var demand in demands)
        {
            _pods.Add(demand.Pods);
        }
    }

    public DateTimeOffset FirstSeen { get; }

    public int Days { get; }

    /// <summary>Whether more than this time passed between the workload's first demand and its first request for this permission.</summary>
    public bool IsLaterThan(TimeSpan settle) => FirstSeen - _workload.FirstSeen > settle;

    /// <summary>Whether fewer than half of the workload's asking pods asked for it.</summary>
    public bool IsOfFewPods => _workload.Pods.ShareOf(_pods) < 0.5;
}

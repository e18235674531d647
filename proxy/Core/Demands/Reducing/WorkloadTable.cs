using System.Collections.Concurrent;

namespace ImdsProxy.Core.Demands.Reducing;

/// <summary>The rows of all workloads. The reducers of one log share it, because each of them would otherwise have a row for nearly every demand.</summary>
/// <param name="mostRows">The rows that a workload may have.</param>
internal sealed class WorkloadTable(int mostRows)
{
    private readonly ConcurrentDictionary<(string Namespace, string ServiceAccount), WorkloadRows> _workloads = new();

    public IEnumerable<WorkloadRows> All => _workloads.Select(static entry => entry.Value);

    public WorkloadRows Of(string ns, string serviceAccount) =>
        _workloads.GetOrAdd((ns, serviceAccount), static (name, most) => new WorkloadRows(new DemandWorkload(name.Namespace, name.ServiceAccount), most), mostRows);

    /// <summary>Takes the rows of another table, which can't be used any more.</summary>
    public void Add(WorkloadTable other)
    {
        foreach (var workload in other.All)
        {
            Of(workload.Workload.Namespace, workload.Workload.ServiceAccount).Add(workload);
            workload.Clear();
        }
    }
}

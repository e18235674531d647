using System.Collections.Concurrent;
using ImdsProxy.Core.Callers;

namespace ImdsProxy.Core.Policy.Deciding;

/// <summary>The decisions for the pods that have sent requests.</summary>
/// <param name="effective">Computes the policy of a workload.</param>
internal sealed class RememberedPods(Func<WorkloadIdentity, CallerPolicy> effective)
{
    /// <summary>Pods and workloads come and go while one revision is in force. A node runs at most a few hundred pods at a time.</summary>
    private const int MaxRemembered = 4096;

    private readonly ConcurrentDictionary<WorkloadIdentity, CallerPolicy> _workloads = new();
    private readonly ConcurrentDictionary<PodIdentity, PodDecisions> _pods = new();

    /// <summary>The pods for which decisions were made.</summary>
    public IEnumerable<PodIdentity> Used => _pods.ToArray().Where(static entry => entry.Value.IsUsed).Select(static entry => entry.Key);

    public PodDecisions For(PodIdentity pod)
    {
        if (_pods.TryGetValue(pod, out var known))
        {
            return known;
        }

        if (_pods.Count >= MaxRemembered)
        {
            _pods.Clear();
            _workloads.Clear();
        }

        return _pods.GetOrAdd(pod, new PodDecisions(_workloads.GetOrAdd(pod.Workload, effective)));
    }
}

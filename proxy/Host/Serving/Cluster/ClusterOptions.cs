using ImdsProxy.Kubernetes;
using ImdsProxy.PolicySource;

namespace ImdsProxy.Serving.Cluster;

/// <summary>The parts of a proxy that come from Kubernetes.</summary>
/// <param name="Kube">The connection settings of the API server.</param>
/// <param name="Node">This node's name.</param>
/// <param name="Callers">Whether callers are the node's pods.</param>
/// <param name="Policy">The ConfigMap of the policy, or null if the policy is a file.</param>
/// <param name="StateDirectory">The directory of the last valid policy, or null.</param>
/// <param name="EventsPerSecond">The maximum number of Events per second about denials; 0 for none.</param>
internal sealed record ClusterOptions(
    KubeSettings Kube, string Node, bool Callers, ConfigMapName? Policy, string? StateDirectory, double EventsPerSecond)
{
    public ListWatchOptions Watch { get; init; } = new();

    /// <summary>The break-glass ConfigMap to follow, or null.</summary>
    public ConfigMapName? Override { get; init; }

    /// <summary>The taint to remove from this node once it is guarded, or null.</summary>
    public StartupTaintOptions? StartupTaint { get; init; }
}

using ImdsProxy.Audit;
using ImdsProxy.HostPods;
using ImdsProxy.Identify;
using ImdsProxy.Management;
using ImdsProxy.Metrics;
using ImdsProxy.PolicySource;
using ImdsProxy.Serving.Cluster;

namespace ImdsProxy.Serving;

/// <summary>Connects <c>/readyz</c> and <c>/metrics</c> to the parts of a proxy.</summary>
internal sealed class Observation(Readiness readiness, ProxyMetrics metrics)
{
    /// <param name="isListening">Whether the data listener is open.</param>
    /// <param name="policy">The policy.</param>
    /// <param name="modeOverride">The break glass, or null.</param>
    /// <param name="callers">The known callers.</param>
    /// <param name="audit">The audit log.</param>
    /// <param name="cluster">The parts that use the Kubernetes API, or null.</param>
    /// <param name="host">What tells callers in the node's network apart, or null.</param>
    public void Of(
        Func<bool> isListening, ActivePolicy policy, ModeOverride? modeOverride, ICallerSource callers, AuditLog audit, ClusterParts? cluster, HostCallers? host)
    {
        OfListener(isListening);
        OfPolicy(policy, modeOverride);
        OfCallers(callers);
        OfAudit(audit);
        if (cluster is not null)
        {
            OfCluster(cluster);
        }

        if (host is not null)
        {
            OfHost(host);
        }
    }

    private void OfListener(Func<bool> isOpen)
    {
        readiness.Add("listener", () => isOpen() ? null : "the data listener is not open");
        metrics.ObserveReadiness(() => readiness.IsReady);
    }

    private void OfPolicy(ActivePolicy policy, ModeOverride? modeOverride)
    {
        readiness.Add("policy", () => policy.Current is null ? "no valid policy has been loaded yet: everything is denied" : null);
        metrics.ObserveOverride(() => modeOverride?.IsOn ?? false);
    }

    private void OfCallers(ICallerSource callers)
    {
        readiness.Add("callers", () => callers.IsReady ? null : "the callers are not known yet");
        metrics.ObserveCallers(
            () => callers.Known.Count(static pod => !pod.HostNetwork),
            () => callers.Known.Count(static pod => pod.HostNetwork));
    }

    private void OfAudit(AuditLog audit)
    {
        readiness.Add("audit", () => audit.Failure);
        readiness.AddNote("audit-stdout", () => audit.StdoutTrouble);
        metrics.ObserveAudit(() => audit.Degraded is not null, () => audit.SegmentsRemoved, () => audit.ExportLost ?? 0, () => audit.StdoutLost);
    }

    // A note, not a check: the pods on their own network are served in any case.
    private void OfHost(HostCallers host)
    {
        readiness.AddNote("host-pods", host.Problem);
        metrics.ObserveHostPods(() => host.Problem() is null, () => host.Failures, () => host.Walks);
    }

    // Notes, not checks: while the API server can't be reached, the proxy serves the pods and the policy that it knows.
    private void OfCluster(ClusterParts cluster)
    {
        if (cluster.StartupTaint is { } pending)
        {
            readiness.AddNote("startup-taint", pending);
            metrics.ObserveStartupTaint(() => pending() is not null);
        }

        var followed = cluster.Health;
        foreach (var (source, health) in followed)
        {
            readiness.AddNote($"kubernetes-{source}", () => health.Failure);
        }

        metrics.ObserveStaleness(() => followed
            .Where(static entry => entry.Value.IsSynced)
            .Select(static entry => (entry.Key, entry.Value.Staleness!.Value.TotalSeconds)));
    }
}

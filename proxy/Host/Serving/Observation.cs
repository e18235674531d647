using ImdsProxy.Audit;
using ImdsProxy.Identify;
using ImdsProxy.Management;
using ImdsProxy.Metrics;
using ImdsProxy.PolicySource;
using ImdsProxy.Serving.Cluster;

namespace ImdsProxy.Serving;

/// <summary>What <c>/readyz</c> and <c>/metrics</c> read of each part of a proxy.</summary>
internal sealed class Observation(Readiness readiness, ProxyMetrics metrics)
{
    public void OfListener(Func<bool> isOpen)
    {
        readiness.Add("listener", () => isOpen() ? null : "the data listener is not open");
        metrics.ObserveReadiness(() => readiness.IsReady);
    }

    public void OfPolicy(ActivePolicy policy, ModeOverride? modeOverride)
    {
        readiness.Add("policy", () => policy.Current is null ? "no valid policy has been loaded yet: everything is denied" : null);
        metrics.ObserveOverride(() => modeOverride?.IsOn ?? false);
    }

    public void OfCallers(ICallerSource callers)
    {
        readiness.Add("callers", () => callers.IsReady ? null : "the callers are not known yet");
        metrics.ObserveCallers(
            () => callers.Known.Count(static pod => !pod.HostNetwork),
            () => callers.Known.Count(static pod => pod.HostNetwork));
    }

    public void OfAudit(AuditLog audit)
    {
        readiness.Add("audit", () => audit.Failure);
        readiness.AddNote("audit-stdout", () => audit.StdoutTrouble);
        metrics.ObserveAudit(() => audit.Degraded is not null, () => audit.SegmentsRemoved, () => audit.ExportLost ?? 0, () => audit.StdoutLost);
    }

    // Notes, not checks: while the API server can't be reached, the proxy serves the pods and the policy that it knows.
    public void OfCluster(ClusterSide cluster)
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

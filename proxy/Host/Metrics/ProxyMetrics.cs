using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Policy;
using ImdsProxy.Runtime;
using Prometheus;
using Endpoint = ImdsProxy.Core.Requests.Endpoint;

namespace ImdsProxy.Metrics;

/// <summary>
/// The metrics of the proxy. Callers influence no label except the namespace, and the number of namespaces is bounded.
/// </summary>
internal sealed class ProxyMetrics
{
    private readonly MetricsRegistry _registry;
    private readonly RequestMetrics _requests;
    private readonly UpstreamMetrics _upstream;
    private readonly PolicyMetrics _policy;
    private readonly Gauge _connections;
    private readonly Counter _connectionsOpened;
    private readonly Counter _connectionsRefused;
    private readonly Counter _hostConnections;
    private readonly Counter.Child _written;
    private readonly Counter.Child _failed;

    /// <param name="registry">Creates and writes the metrics.</param>
    /// <param name="time">The clock, for the time of the last policy load.</param>
    public ProxyMetrics(MetricsRegistry registry, TimeProvider time)
    {
        _registry = registry;
        _requests = new RequestMetrics(registry);
        _upstream = new UpstreamMetrics(registry);
        _policy = new PolicyMetrics(registry, time);
        _connections = registry.Gauge("imds_proxy_connections", "Open connections of callers.");
        _connectionsOpened = registry.Counter("imds_proxy_connections_opened_total", "Connections of callers accepted.");
        _connectionsRefused = registry.Counter("imds_proxy_connections_refused_total", "Connections refused, or ended because of their clients' behaviour, by reason.", "reason");
        _hostConnections = registry.Counter("imds_proxy_host_connections_total", "Connections from the node's own network, by the owner of the client's socket.", "owner");
        // The series start at 0, because an alert would miss the first increase of a series that starts at 1.
        var records = registry.Counter("imds_proxy_audit_records_total", "Audit records, by whether they could be written.", "result");
        _written = records.WithLabels("written");
        _failed = records.WithLabels("failed");
        registry.Gauge("imds_proxy_build_info", "Always 1; its labels name the build.", "commit", "version")
            .WithLabels(BuildInfo.Current.Commit, BuildInfo.Current.Version).Set(1);
    }

    public void RequestEnded(AuditRecord record) => _requests.Ended(record);

    /// <param name="endpoint">The requested endpoint.</param>
    /// <param name="status">The status from IMDS, or null if it did not answer.</param>
    /// <param name="seconds">The time until the answer, or until the proxy gave up.</param>
    public void UpstreamEnded(Endpoint endpoint, int? status, double seconds) => _upstream.Ended(endpoint, status, seconds);

    /// <summary>Records that a document is in force. Loading the same document again also ends a refusal.</summary>
    public void PolicyLoaded(string revision, PolicyMode mode) => _policy.Loaded(revision, mode);

    /// <summary>Records that the newest document was refused and the previous document stays in force.</summary>
    public void PolicyRefused() => _policy.Refused();

    public void ConnectionOpened()
    {
        _connections.Inc();
        _connectionsOpened.Inc();
    }

    public void ConnectionClosed() => _connections.Dec();

    /// <param name="why">One of a few fixed words, never anything that a caller sent.</param>
    public void ConnectionRefused(string why) => _connectionsRefused.WithLabels(why).Inc();

    /// <summary>Counts a connection from the node's own network.</summary>
    /// <param name="owner">One of a few fixed words: pod, node, proxy or unknown.</param>
    public void HostConnection(string owner) => _hostConnections.WithLabels(owner).Inc();

    /// <summary>Counts a record of the audit log.</summary>
    public void RecordEnded(bool isWritten) => (isWritten ? _written : _failed).Inc();

    /// <summary>At each scrape, reads the numbers of pods by how their requests reach the proxy.</summary>
    /// <param name="known">Pods known by an address.</param>
    /// <param name="hostNetwork">Pods of this node that share its network, whose requests pass the proxy only with <c>--host-pods</c>.</param>
    public void ObserveCallers(Func<long> known, Func<long> hostNetwork)
    {
        _registry.Observe("imds_proxy_callers_known", "Pods of this node that are known by an address.", () => known());
        _registry.Observe("imds_proxy_host_network_pods", "Pods that share the node's network: their requests to IMDS pass the proxy only with --host-pods.", () => hostNetwork());
    }

    /// <summary>At each scrape, reads the state of telling callers in the node's network apart.</summary>
    /// <param name="isReady">Whether they can be told apart on this node.</param>
    /// <param name="failures">Lookups to which the kernel gave no valid answer.</param>
    /// <param name="walks">Walks through the cgroups.</param>
    public void ObserveHostPods(Func<bool> isReady, Func<long> failures, Func<long> walks)
    {
        _registry.Observe("imds_proxy_host_pods_ready", "1 while pods on hostNetwork can be told apart on this node, else 0: without cgroup v2 they stay unseen.", () => Flag(isReady()));
        _registry.ObserveTotal("imds_proxy_host_pods_lookup_failures_total", "Lookups of a client's socket to which the kernel gave no valid answer.", () => failures());
        _registry.ObserveTotal("imds_proxy_host_pods_walks_total", "Walks through the node's cgroups, to find one that was not known.", () => walks());
    }

    /// <summary>At each scrape, reads the time since the API server was last heard from.</summary>
    /// <param name="staleness">Seconds, by the resource followed. Sources that were never heard from are left out.</param>
    public void ObserveStaleness(Func<IEnumerable<(string Source, double Seconds)>> staleness) =>
        _registry.ObserveEach(
            "imds_proxy_source_staleness_seconds", "Time since the Kubernetes API server was last heard from, by the resource followed.", "source", staleness);

    /// <summary>At each scrape, reads whether the proxy is ready.</summary>
    public void ObserveReadiness(Func<bool> isReady) =>
        _registry.Observe("imds_proxy_ready", "1 while the proxy is ready, else 0.", () => Flag(isReady()));

    /// <summary>At each scrape, reads the state of the audit log.</summary>
    /// <param name="degraded">Whether records go to stdout because the directory cannot be written.</param>
    /// <param name="segmentsRemoved">Segments that retention has removed.</param>
    /// <param name="exportLost">Lines that the export has lost.</param>
    /// <param name="stdoutLost">Lines lost on stdout where stdout is used in addition to a directory.</param>
    public void ObserveAudit(Func<bool> degraded, Func<long> segmentsRemoved, Func<long> exportLost, Func<long> stdoutLost)
    {
        _registry.Observe("imds_proxy_audit_degraded", "1 while records go to stdout because the audit directory cannot be written, else 0.", () => Flag(degraded()));
        _registry.ObserveTotal("imds_proxy_audit_segments_removed_total", "Segments of the audit log that retention has removed.", () => segmentsRemoved());
        _registry.ObserveTotal("imds_proxy_audit_export_lost_total", "Lines of the audit log that were lost because they could not be exported.", () => exportLost());
        _registry.ObserveTotal("imds_proxy_audit_stdout_lost_total", "Lines of the audit log that were lost because stdout, beside a directory, did not take them.", () => stdoutLost());
    }

    /// <summary>At each scrape, reads whether break glass has lowered the policy to audit mode.</summary>
    public void ObserveOverride(Func<bool> isOn) =>
        _registry.Observe("imds_proxy_override_active", "1 while an override has lowered everything to audit mode, else 0.", () => Flag(isOn()));

    /// <summary>
    /// At each scrape, reads whether the startup taint still keeps pods off this node. The metric is absent where no taint is
    /// configured.
    /// </summary>
    public void ObserveStartupTaint(Func<bool> isPending) =>
        _registry.Observe("imds_proxy_startup_taint_pending", "1 until the startup taint is known to be off this node, else 0.", () => Flag(isPending()));

    private static double Flag(bool value) => value ? 1 : 0;
}

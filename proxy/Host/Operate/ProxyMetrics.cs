using System.Diagnostics.Metrics;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Policy;
using Endpoint = ImdsProxy.Core.Requests.Endpoint;

namespace ImdsProxy.Operate;

/// <summary>
/// What the proxy counts. No label but the namespace is anything a caller could choose, and that one is bounded.
/// </summary>
internal sealed class ProxyMetrics : IDisposable
{
    public const string MeterName = "ImdsProxy";

    private static readonly KeyValuePair<string, object?> Written = new("result", "written");
    private static readonly KeyValuePair<string, object?> Failed = new("result", "failed");

    private readonly Meter _meter;
    private readonly NamespaceLabels _namespaces = new();
    private readonly Counter<long> _requests;
    private readonly Counter<long> _denied;
    private readonly Counter<long> _wouldDeny;
    private readonly Histogram<double> _requestDuration;
    private readonly Counter<long> _upstream;
    private readonly Histogram<double> _upstreamDuration;
    private readonly UpDownCounter<long> _connections;
    private readonly Counter<long> _connectionsOpened;
    private readonly Counter<long> _connectionsRefused;
    private readonly Counter<long> _records;
    private readonly PolicyMetrics _policy;

    /// <param name="time">For the time of the last policy load.</param>
    /// <param name="scope">See <see cref="PrometheusText"/>; null in a process with one proxy.</param>
    public ProxyMetrics(TimeProvider time, object? scope = null)
    {
        _meter = new Meter(new MeterOptions(MeterName) { Scope = scope });
        _requests = _meter.CreateCounter<long>("imds_proxy.requests", "{request}", "Requests of callers, by how they ended.");
        _denied = _meter.CreateCounter<long>("imds_proxy.denied", "{request}", "Requests denied, by the caller's namespace; quiet ones are those a rule calls quiet.");
        _wouldDeny = _meter.CreateCounter<long>("imds_proxy.would_deny", "{request}", "Requests that only audit mode let through, by the caller's namespace.");
        _requestDuration = Duration("imds_proxy.request.duration", "From a request's arrival until its answer was ready.");
        _upstream = _meter.CreateCounter<long>("imds_proxy.upstream.requests", "{request}", "Requests sent to IMDS, by the class of its status, 429 by itself, or error where it did not answer.");
        _upstreamDuration = Duration("imds_proxy.upstream.request.duration", "From a request's sending to IMDS until its answer.");
        _connections = _meter.CreateUpDownCounter<long>("imds_proxy.connections", "{connection}", "Connections of callers open now.");
        _connectionsOpened = _meter.CreateCounter<long>("imds_proxy.connections.opened", "{connection}", "Connections of callers accepted.");
        _connectionsRefused = _meter.CreateCounter<long>("imds_proxy.connections.refused", "{connection}", "Connections closed unheard, by why.");
        _records = _meter.CreateCounter<long>("imds_proxy.audit.records", "{record}", "Audit records, by whether they could be written.");
        // Told as 0 from the start: the increase of a series that begins at 1 is lost on an alert.
        _records.Add(0, Written);
        _records.Add(0, Failed);
        _policy = new PolicyMetrics(_meter, time);
        _meter.CreateObservableGauge("imds_proxy.build.info", () => BuildMeasurement, null, "Always 1; its labels tell the build.");
    }

    private static Measurement<long> BuildMeasurement { get; } =
        new(1, new KeyValuePair<string, object?>("version", BuildInfo.Current.Version), new("commit", BuildInfo.Current.Commit));

    public void RequestEnded(AuditRecord record)
    {
        var verdict = record.Verdict.Name();
        var endpoint = record.Request?.Endpoint.Name ?? "none";
        if (_requests.Enabled)
        {
            _requests.Add(1, [new("verdict", verdict), new("reason", record.Reason.Name()), new("endpoint", endpoint), new("mode", record.Mode.Name())]);
        }

        if (_requestDuration.Enabled)
        {
            _requestDuration.Record(record.Milliseconds / 1000, new("verdict", verdict), new("endpoint", endpoint));
        }

        switch (record.Verdict)
        {
            case Verdict.Denied:
                CountByNamespace(_denied, record);
                break;
            case Verdict.WouldDeny:
                CountByNamespace(_wouldDeny, record);
                break;
        }
    }

    /// <param name="endpoint">What IMDS was asked for.</param>
    /// <param name="status">IMDS's status, or null where it did not answer.</param>
    /// <param name="seconds">Until its answer, or until it was given up.</param>
    public void UpstreamEnded(Endpoint endpoint, int? status, double seconds)
    {
        if (_upstream.Enabled)
        {
            _upstream.Add(1, new("endpoint", endpoint.Name), new("status", StatusClass(status)));
        }

        if (_upstreamDuration.Enabled)
        {
            _upstreamDuration.Record(seconds, new KeyValuePair<string, object?>("endpoint", endpoint.Name));
        }
    }

    /// <summary>A document is in force, also when it is the one of before again: this ends a refusal.</summary>
    public void PolicyLoaded(string revision, PolicyMode mode) => _policy.Loaded(revision, mode);

    /// <summary>The newest document was refused, and the one before it stays in force.</summary>
    public void PolicyRefused() => _policy.Refused();

    public void ConnectionOpened()
    {
        _connections.Add(1);
        _connectionsOpened.Add(1);
    }

    public void ConnectionClosed() => _connections.Add(-1);

    /// <param name="why">One of a few words of this program, never anything a caller sent.</param>
    public void ConnectionRefused(string why) => _connectionsRefused.Add(1, new KeyValuePair<string, object?>("reason", why));

    public void RecordWritten() => _records.Add(1, Written);

    public void RecordFailed() => _records.Add(1, Failed);

    /// <summary>Asks for these counts at each scrape.</summary>
    /// <param name="known">Pods known by an address.</param>
    /// <param name="hostNetwork">Pods of this node that share its network, whose requests do not pass here.</param>
    public void ObserveCallers(Func<long> known, Func<long> hostNetwork)
    {
        _meter.CreateObservableGauge("imds_proxy.callers.known", known, "{pod}", "Pods of this node that are known by an address.");
        _meter.CreateObservableGauge("imds_proxy.host_network.pods", hostNetwork, "{pod}", "Pods that share the node's network: their requests to IMDS do not pass the proxy.");
    }

    /// <summary>Asks at each scrape how long ago the API server was heard.</summary>
    /// <param name="staleness">Seconds, by what is followed; what was never heard is left out.</param>
    public void ObserveStaleness(Func<IEnumerable<(string Source, double Seconds)>> staleness) =>
        _meter.CreateObservableGauge(
            "imds_proxy.source.staleness",
            () => staleness().Select(static entry => new Measurement<double>(entry.Seconds, new KeyValuePair<string, object?>("source", entry.Source))),
            "s",
            "Time since the Kubernetes API server was last heard, by what is followed.");

    /// <summary>Asks at each scrape whether the proxy is ready.</summary>
    public void ObserveReadiness(Readiness readiness) =>
        _meter.CreateObservableGauge("imds_proxy.ready", () => readiness.IsReady ? 1L : 0L, null, "1 while the proxy is ready, else 0.");

    /// <summary>Asks at each scrape how the audit log fares.</summary>
    /// <param name="degraded">Whether records go to stdout because the directory can't be written.</param>
    /// <param name="segmentsRemoved">Segments that retention has removed.</param>
    /// <param name="exportLost">Lines that the export has lost.</param>
    public void ObserveAudit(Func<bool> degraded, Func<long> segmentsRemoved, Func<long> exportLost)
    {
        _meter.CreateObservableGauge("imds_proxy.audit.degraded", () => degraded() ? 1L : 0L, null, "1 while records go to stdout because the audit directory can't be written, else 0.");
        _meter.CreateObservableCounter("imds_proxy.audit.segments.removed", segmentsRemoved, "{segment}", "Segments of the audit log that retention has removed.");
        _meter.CreateObservableCounter("imds_proxy.audit.export.lost", exportLost, "{line}", "Lines of the audit log that could not be exported and were given up.");
    }

    /// <summary>Asks at each scrape whether break glass has lowered the policy to audit mode.</summary>
    public void ObserveOverride(Func<bool> isOn) =>
        _meter.CreateObservableGauge("imds_proxy.override.active", () => isOn() ? 1L : 0L, null, "1 while an override has lowered everything to audit mode, else 0.");

    /// <summary>Asks at each scrape whether pods are still kept off this node. Not there where no taint is to be taken off.</summary>
    public void ObserveStartupTaint(Func<bool> isPending) =>
        _meter.CreateObservableGauge("imds_proxy.startup_taint.pending", () => isPending() ? 1L : 0L, null, "1 until the startup taint is known to be off this node, else 0.");

    public void Dispose() => _meter.Dispose();

    private Histogram<double> Duration(string name, string description) =>
        _meter.CreateHistogram(name, "s", description, tags: null, DurationBuckets.Advice);

    private void CountByNamespace(Counter<long> counter, AuditRecord record)
    {
        if (counter.Enabled)
        {
            counter.Add(1, new("namespace", _namespaces.Of(record.Caller)), new("quiet", record.Quiet ? "true" : "false"));
        }
    }

    private static string StatusClass(int? status) => status switch
    {
        // IMDS's own limit, which says something else than any other 4xx.
        429 => "429",
        >= 100 and < 200 => "1xx",
        >= 200 and < 300 => "2xx",
        >= 300 and < 400 => "3xx",
        >= 400 and < 500 => "4xx",
        >= 500 and < 600 => "5xx",
        _ => "error",
    };
}

using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Policy;
using Prometheus;

namespace ImdsProxy.Metrics;

/// <summary>The part of <see cref="ProxyMetrics"/> about callers: requests, their duration, and denials by namespace.</summary>
internal sealed class RequestMetrics
{
    private readonly NamespaceLabels _namespaces = new();
    private readonly SeriesTable<RequestLabels, Counter.Child> _requests;
    private readonly SeriesTable<(Verdict Verdict, string Endpoint), Histogram.Child> _durations;
    private readonly SeriesTable<(string Namespace, bool Quiet), Counter.Child> _denied;
    private readonly SeriesTable<(string Namespace, bool Quiet), Counter.Child> _wouldDeny;

    public RequestMetrics(MetricsRegistry registry)
    {
        var requests = registry.Counter("imds_proxy_requests_total", "Requests of callers, by how they ended.", "endpoint", "mode", "reason", "verdict");
        var durations = registry.Duration("imds_proxy_request_duration_seconds", "Time from a request's arrival until its answer was ready.", "endpoint", "verdict");
        _requests = new(labels => requests.WithLabels(labels.Endpoint, labels.Mode.Name(), labels.Reason.Name(), labels.Verdict.Name()));
        _durations = new(labels => durations.WithLabels(labels.Endpoint, labels.Verdict.Name()));
        _denied = ByNamespace(registry, "imds_proxy_denied_total", "Requests denied, by the caller's namespace. A denial is quiet if its rule says so.");
        _wouldDeny = ByNamespace(registry, "imds_proxy_would_deny_total", "Requests that only audit mode let through, by the caller's namespace.");
    }

    public void Ended(AuditRecord record)
    {
        var endpoint = record.Request?.Endpoint.Name ?? "none";
        _requests[new(record.Verdict, record.Reason, endpoint, record.Mode)].Inc();
        _durations[(record.Verdict, endpoint)].Observe(record.Milliseconds / 1000);
        switch (record.Verdict)
        {
            case Verdict.Denied:
                _denied[(_namespaces.Of(record.Caller), record.Quiet)].Inc();
                break;
            case Verdict.WouldDeny:
                _wouldDeny[(_namespaces.Of(record.Caller), record.Quiet)].Inc();
                break;
        }
    }

    private static SeriesTable<(string, bool), Counter.Child> ByNamespace(MetricsRegistry registry, string name, string help)
    {
        var counter = registry.Counter(name, help, "namespace", "quiet");
        return new(labels => counter.WithLabels(labels.Item1, labels.Item2 ? "true" : "false"));
    }
}

using Prometheus;
using Endpoint = ImdsProxy.Core.Requests.Endpoint;

namespace ImdsProxy.Metrics;

/// <summary>The part of <see cref="ProxyMetrics"/> about requests to IMDS.</summary>
internal sealed class UpstreamMetrics
{
    private readonly SeriesTable<(string Endpoint, string Status), Counter.Child> _requests;
    private readonly SeriesTable<string, Histogram.Child> _durations;

    public UpstreamMetrics(MetricsRegistry registry)
    {
        var requests = registry.Counter(
            "imds_proxy_upstream_requests_total",
            "Requests sent to IMDS, by the class of the status: 429 is a separate class, and error means no answer.",
            "endpoint",
            "status");
        var durations = registry.Duration("imds_proxy_upstream_request_duration_seconds", "Time from sending a request to IMDS until its answer.", "endpoint");
        _requests = new(labels => requests.WithLabels(labels.Endpoint, labels.Status));
        _durations = new(name => durations.WithLabels(name));
    }

    public void Ended(Endpoint endpoint, int? status, double seconds)
    {
        _requests[(endpoint.Name, StatusClass(status))].Inc();
        _durations[endpoint.Name].Observe(seconds);
    }

    private static string StatusClass(int? status) => status switch
    {
        // 429 is the rate limit of IMDS and means something different from any other 4xx.
        429 => "429",
        >= 100 and < 200 => "1xx",
        >= 200 and < 300 => "2xx",
        >= 300 and < 400 => "3xx",
        >= 400 and < 500 => "4xx",
        >= 500 and < 600 => "5xx",
        _ => "error",
    };
}

using Prometheus;

namespace ImdsProxy.Redirect;

/// <summary>The redirect's metrics of hostNetwork pods.</summary>
internal sealed class HostPodsMetrics
{
    private readonly Gauge _intercepted;
    private readonly Counter _lapses;
    private readonly Counter _past;
    private readonly Gauge _pastNow;
    private readonly Counter _failures;
    private volatile bool _isIntercepted;

    /// <param name="metrics">Creates the metrics.</param>
    /// <param name="reasons">The reasons that findings can have.</param>
    public HostPodsMetrics(MetricFactory metrics, params ReadOnlySpan<string> reasons)
    {
        _intercepted = metrics.CreateGauge("imds_proxy_host_pods_intercepted", "1 if the node's own connections to IMDS go to the proxy, otherwise 0.");
        _lapses = metrics.CreateCounter("imds_proxy_host_pods_lapses_total", "Times that the node's own connections stopped going to the proxy.");
        _past = metrics.CreateCounter("imds_proxy_host_pods_past_total", "Findings of host pods' connections that went past the proxy, by reason.", ["reason"]);
        _pastNow = metrics.CreateGauge("imds_proxy_host_pods_past", "Connections to IMDS and rules at the last look by which host pods go past the proxy, by reason.", ["reason"]);
        _failures = metrics.CreateCounter("imds_proxy_host_pods_failures_total", "Times that the lease or the look at the node's connections failed.");

        // A counter that first appears with 1 has not increased for Prometheus.
        foreach (var reason in reasons)
        {
            _past.WithLabels(reason);
        }
    }

    /// <summary>Whether the node's own connections go to the proxy.</summary>
    public bool IsIntercepted => _isIntercepted;

    public void Intercepted()
    {
        _isIntercepted = true;
        _intercepted.Set(1);
    }

    public void Lapsed()
    {
        _isIntercepted = false;
        _intercepted.Set(0);
        _lapses.Inc();
    }

    public void FoundPast(string reason) => _past.WithLabels(reason).Inc();

    public void PastNow(string reason, int count) => _pastNow.WithLabels(reason).Set(count);

    public void Failed() => _failures.Inc();
}

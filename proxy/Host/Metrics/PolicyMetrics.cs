using ImdsProxy.Core.Policy;
using Prometheus;

namespace ImdsProxy.Metrics;

/// <summary>The part of <see cref="ProxyMetrics"/> about the policy: the policy in force, the time it was loaded, and whether a newer one was refused.</summary>
internal sealed class PolicyMetrics
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly Counter.Child _loaded;
    private readonly Counter.Child _refusedLoads;
    private readonly Gauge _info;
    private readonly Gauge _since;
    private readonly Gauge _refused;
    private (string Revision, string Mode)? _inForce;

    public PolicyMetrics(MetricsRegistry registry, TimeProvider time)
    {
        _time = time;
        // The series start at 0, because an alert would miss the first increase of a series that starts at 1.
        var loads = registry.Counter("imds_proxy_policy_loads_total", "Policy documents read, by whether they were loaded or refused.", "result");
        _loaded = loads.WithLabels("loaded");
        _refusedLoads = loads.WithLabels("refused");
        _info = registry.Gauge("imds_proxy_policy_info", "Always 1; its labels name the policy in force.", "mode", "revision");
        _since = registry.Gauge("imds_proxy_policy_loaded_timestamp_seconds", "When the policy in force was loaded, in seconds since 1970.");
        _since.Unpublish();
        _refused = registry.Gauge("imds_proxy_policy_refused", "1 while the newest policy document is refused, else 0.");
    }

    public void Loaded(string revision, PolicyMode mode)
    {
        lock (_gate)
        {
            if (_inForce?.Revision != revision)
            {
                Replace(revision, mode.Name());
            }
        }

        _refused.Set(0);
        _loaded.Inc();
    }

    public void Refused()
    {
        _refused.Set(1);
        _refusedLoads.Inc();
    }

    private void Replace(string revision, string mode)
    {
        if (_inForce is { } before)
        {
            _info.RemoveLabelled(before.Mode, before.Revision);
        }

        _inForce = (revision, mode);
        _info.WithLabels(mode, revision).Set(1);
        _since.Set(_time.GetUtcNow().ToUnixTimeMilliseconds() / 1000d);
    }
}

using System.Diagnostics.Metrics;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Policy;

namespace ImdsProxy.Operate;

/// <summary>The policy's part of <see cref="ProxyMetrics"/>: what is in force, since when, and whether a newer one was refused.</summary>
internal sealed class PolicyMetrics
{
    private static readonly KeyValuePair<string, object?> Taken = new("result", "loaded");
    private static readonly KeyValuePair<string, object?> NotTaken = new("result", "refused");

    private readonly TimeProvider _time;
    private readonly Counter<long> _loads;
    private volatile InForce? _inForce;
    private volatile bool _refused;

    public PolicyMetrics(Meter meter, TimeProvider time)
    {
        _time = time;
        _loads = meter.CreateCounter<long>("imds_proxy.policy.loads", "{document}", "Policy documents read, by whether they were taken.");
        _loads.Add(0, Taken);
        _loads.Add(0, NotTaken);
        meter.CreateObservableGauge("imds_proxy.policy.info", Info, null, "Always 1; its labels tell the policy in force.");
        meter.CreateObservableGauge("imds_proxy.policy.loaded.timestamp", LoadedAt, "s", "When the policy in force was taken, in seconds since 1970.");
        meter.CreateObservableGauge("imds_proxy.policy.refused", () => _refused ? 1L : 0L, null, "1 while the newest policy document is refused, else 0.");
    }

    public void Loaded(string revision, PolicyMode mode)
    {
        if (_inForce is not { } current || current.Revision != revision)
        {
            _inForce = new(revision, mode.Name(), _time.GetUtcNow());
        }

        _refused = false;
        _loads.Add(1, Taken);
    }

    public void Refused()
    {
        _refused = true;
        _loads.Add(1, NotTaken);
    }

    private IEnumerable<Measurement<long>> Info() => _inForce is { } current
        ? [new(1, new KeyValuePair<string, object?>("revision", current.Revision), new("mode", current.Mode))]
        : [];

    private IEnumerable<Measurement<double>> LoadedAt() => _inForce is { } current
        ? [new(current.Since.ToUnixTimeMilliseconds() / 1000d)]
        : [];

    private sealed record InForce(string Revision, string Mode, DateTimeOffset Since);
}

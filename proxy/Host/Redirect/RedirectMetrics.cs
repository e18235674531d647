using Prometheus;

namespace ImdsProxy.Redirect;

/// <summary>The redirect's metrics.</summary>
internal sealed class RedirectMetrics(MetricFactory metrics)
{
    private readonly Counter _checks = metrics.CreateCounter("imds_proxy_redirect_checks_total", "Checks of the rules.");
    private readonly Counter _repairs = metrics.CreateCounter("imds_proxy_redirect_repairs_total", "Repairs of the rules.");
    private readonly Counter _moves = metrics.CreateCounter("imds_proxy_redirect_moves_total", "Times that displaced jumps were moved back to the first place.");
    private readonly Counter _alarms = metrics.CreateCounter("imds_proxy_redirect_alarms_total", "Times that a jump was left displaced because another program keeps displacing it.");
    private readonly Counter _failures = metrics.CreateCounter("imds_proxy_redirect_failures_total", "Checks and repairs that failed.");
    private readonly Counter _lifts = metrics.CreateCounter("imds_proxy_redirect_lifts_total", "Times that the redirect was lifted because the proxy was down.");
    private readonly Counter _overrides = metrics.CreateCounter("imds_proxy_redirect_overrides_total", "Times that an override removed the rules.");
    private readonly Gauge _inPlace = metrics.CreateGauge("imds_proxy_redirect_in_place", "1 if every rule is in place and effective, otherwise 0.");
    private readonly Gauge _agent = metrics.CreateGauge("imds_proxy_redirect_guest_proxy_agent", "1 if Azure's Guest Proxy Agent takes connections to IMDS before the redirect, otherwise 0.");
    private volatile bool _wasInPlace;

    /// <summary>Whether the last check found every rule in place and effective.</summary>
    public bool InPlace => _wasInPlace;

    public void Checked(bool inPlace)
    {
        _wasInPlace = inPlace;
        _inPlace.Set(inPlace ? 1 : 0);
        _checks.Inc();
    }

    public void AgentIntercepts(bool isSo) => _agent.Set(isSo ? 1 : 0);

    public void Repaired() => _repairs.Inc();

    public void Moved() => _moves.Inc();

    public void Alarmed() => _alarms.Inc();

    public void Failed() => _failures.Inc();

    public void Lifted() => _lifts.Inc();

    public void Overridden() => _overrides.Inc();
}

using System.Diagnostics.Metrics;

namespace ImdsProxy.Redirect;

/// <summary>The counters of the redirect.</summary>
internal sealed class RedirectMetrics : IDisposable
{
    public const string MeterName = "ImdsProxy.Redirect";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _checks;
    private readonly Counter<long> _repairs;
    private readonly Counter<long> _moves;
    private readonly Counter<long> _alarms;
    private readonly Counter<long> _failures;
    private readonly Counter<long> _lifts;
    private readonly Counter<long> _overrides;
    private volatile bool _inPlace;

    public RedirectMetrics()
    {
        _checks = _meter.CreateCounter<long>("imds_proxy.redirect.checks", "{check}", "Times the rules were compared with what they should be.");
        _repairs = _meter.CreateCounter<long>("imds_proxy.redirect.repairs", "{repair}", "Times rules were put back.");
        _moves = _meter.CreateCounter<long>("imds_proxy.redirect.moves", "{move}", "Times a jump was moved to the first place again.");
        _alarms = _meter.CreateCounter<long>("imds_proxy.redirect.alarms", "{alarm}", "Times a jump was left displaced because another program keeps displacing it.");
        _failures = _meter.CreateCounter<long>("imds_proxy.redirect.failures", "{failure}", "Failed calls of iptables or conntrack.");
        _lifts = _meter.CreateCounter<long>("imds_proxy.redirect.lifts", "{lift}", "Times the redirect was lifted because the proxy was down.");
        _overrides = _meter.CreateCounter<long>("imds_proxy.redirect.overrides", "{override}", "Times an override took the rules away.");
        _meter.CreateObservableGauge("imds_proxy.redirect.in_place", () => _inPlace ? 1 : 0, description: "1 when every rule is there and effective.");
    }

    /// <summary>Whether the last check found every rule there and effective.</summary>
    public bool InPlace => _inPlace;

    public void Checked(bool inPlace)
    {
        _inPlace = inPlace;
        _checks.Add(1);
    }

    public void Repaired() => _repairs.Add(1);

    public void Moved() => _moves.Add(1);

    public void Alarmed() => _alarms.Add(1);

    public void Failed() => _failures.Add(1);

    public void Lifted() => _lifts.Add(1);

    public void Overridden() => _overrides.Add(1);

    public void Dispose() => _meter.Dispose();
}

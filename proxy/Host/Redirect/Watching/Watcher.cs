using ImdsProxy.Redirect.Applying;
using ImdsProxy.Redirect.Rules;

namespace ImdsProxy.Redirect.Watching;

/// <summary>Keeps the rules in the desired state until the watcher is stopped, despite any failure.</summary>
internal sealed class Watcher(PreparedRedirect redirect, RedirectSettings settings, StateReport report, RedirectServices services)
{
    // An override must take effect within two seconds of a change of its file, whatever the interval.
    private static readonly TimeSpan MaxPulse = TimeSpan.FromMilliseconds(500);

    // A change that has begun is completed and recorded. If the change were interrupted, the audit log would not record it.
    private static readonly TimeSpan FinishTimeout = TimeSpan.FromSeconds(5);

    private readonly DesiredState _desired = new(settings, redirect.Options, services);
    private readonly WatchedRules _rules = new(redirect, services);
    private readonly ReadinessGate _gate = new(settings, redirect.Options, services);
    private RedirectState? _lastState;
    private long? _lastCheck;

    /// <summary>Runs until cancelled. The rules stay in place.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var pulse = settings.Interval < MaxPulse ? settings.Interval : MaxPulse;
        using var timer = new PeriodicTimer(pulse < ReadinessGate.PollInterval ? pulse : ReadinessGate.PollInterval, services.Time);
        using var finishing = new CancellationTokenSource();
        using var end = cancellation.UnsafeRegister(_ => finishing.CancelAfter(FinishTimeout), null);
        try
        {
            do
            {
                await StepAsync(finishing.Token);
                if (_gate.IsOpen && timer.Period != pulse)
                {
                    timer.Period = pulse;
                }
            }
            while (await timer.WaitForNextTickAsync(cancellation));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The caller ended the watch.
        }
    }

    private async Task StepAsync(CancellationToken cancellation)
    {
        // Half a pulse of tolerance, so that a tick that comes slightly early does not skip a whole interval.
        var due = _lastCheck is not { } last || services.Time.GetElapsedTime(last) >= settings.Interval - (MaxPulse / 2);
        var state = _desired.Next(due);
        if (due)
        {
            _lastCheck = services.Time.GetTimestamp();
        }

        if (!_gate.Admits(state) || (!due && state == _lastState && !_rules.HasChanged))
        {
            return;
        }

        _lastState = state;
        report.Tell(await _rules.KeepAsync(state, _desired.Override, cancellation));
    }
}

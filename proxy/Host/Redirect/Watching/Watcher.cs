using ImdsProxy.Redirect.Applying;
using ImdsProxy.Redirect.Rules;

namespace ImdsProxy.Redirect.Watching;

/// <summary>Keeps the rules as they should be, whatever fails, until it is told to stop.</summary>
internal sealed class Watcher(PreparedRedirect redirect, RedirectSettings settings, StateReport report, RedirectServices services)
{
    // An override must be obeyed within two seconds of its file's change, whatever the interval.
    private static readonly TimeSpan LongestPulse = TimeSpan.FromMilliseconds(500);

    // A change that has begun is finished and told: cut off between the two, the audit log would lack it.
    private static readonly TimeSpan ToFinish = TimeSpan.FromSeconds(5);

    private readonly DesiredState _desired = new(settings, redirect.Options, services);
    private readonly WatchedRules _rules = new(redirect, services);
    private readonly ReadinessGate _first = new(settings, redirect.Options, services);
    private RedirectState? _lastState;
    private long? _lastCheck;

    /// <summary>Returns when cancelled. The rules stay.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var pulse = settings.Interval < LongestPulse ? settings.Interval : LongestPulse;
        using var timer = new PeriodicTimer(pulse < ReadinessGate.PollInterval ? pulse : ReadinessGate.PollInterval, services.Time);
        using var finishing = new CancellationTokenSource();
        using var end = cancellation.UnsafeRegister(_ => finishing.CancelAfter(ToFinish), null);
        try
        {
            do
            {
                await StepAsync(finishing.Token);
                if (_first.IsOver && timer.Period != pulse)
                {
                    timer.Period = pulse;
                }
            }
            while (await timer.WaitForNextTickAsync(cancellation));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The end that was asked for.
        }
    }

    private async Task StepAsync(CancellationToken cancellation)
    {
        // Half a pulse of tolerance, so that a tick that comes a moment early does not skip a whole interval.
        var due = _lastCheck is not { } last || services.Time.GetElapsedTime(last) >= settings.Interval - (LongestPulse / 2);
        var state = _desired.Next(due);
        if (due)
        {
            _lastCheck = services.Time.GetTimestamp();
        }

        if (!_first.Admits(state) || (!due && state == _lastState && !_rules.HasChanged))
        {
            return;
        }

        _lastState = state;
        report.Tell(await _rules.KeepAsync(state, _desired.Override, cancellation));
    }
}

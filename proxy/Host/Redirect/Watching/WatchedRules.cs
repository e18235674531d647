using ImdsProxy.Redirect.Applying;
using ImdsProxy.Redirect.Rules;
using ImdsProxy.Runtime;

namespace ImdsProxy.Redirect.Watching;

/// <summary>Brings the rules to a state, and keeps them in that state.</summary>
internal sealed partial class WatchedRules
{
    private readonly PreparedRedirect _redirect;
    private readonly RedirectServices _services;
    private readonly RulesApplier _applier;
    private readonly LastCheck _lastCheck;
    private readonly NewerRules _newer;
    private readonly RulesRepair _repair;

    // The last state that was reached, or null before the first.
    private RedirectState? _state;
    private DateTimeOffset? _openSince;

    public WatchedRules(PreparedRedirect redirect, RedirectServices services)
    {
        (_redirect, _services) = (redirect, services);
        _applier = new RulesApplier(redirect, services);
        _lastCheck = new LastCheck(redirect.Changes, redirect.Wanted(RedirectState.Closed), services.Time);
        _newer = new NewerRules(redirect, services);
        _repair = new RulesRepair(redirect, _applier, _lastCheck, _newer, services);
    }

    /// <summary>Whether the kernel reports that our rules changed since the last check. Cheap enough to query at every tick.</summary>
    public bool HasChanged => _state is { } state && _lastCheck.HasChanged(state);

    /// <summary>Brings the rules to the state, or repairs them. A failure is logged and counted, and the next check tries again.</summary>
    /// <returns>Whether this check found every rule in place and effective.</returns>
    public async Task<bool> KeepAsync(RedirectState state, Override reason, CancellationToken cancellation)
    {
        try
        {
            return await (state switch
            {
                RedirectState.Off => TurnOffAsync(reason, cancellation),
                RedirectState.Lifted => LiftAsync(cancellation),
                _ => CloseAsync(cancellation),
            });
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            // The watch continues after any failure. If the watch ended, removed rules would no longer be put back.
            _services.Metrics.Failed();
            Messages.CheckFailed(_services.Log, e.Message);
            return false;
        }
    }

    private async Task<bool> CloseAsync(CancellationToken cancellation)
    {
        if (_state != RedirectState.Closed)
        {
            if (await _newer.ArePresentAsync(cancellation))
            {
                return false;
            }

            await _applier.RunAsync(_openSince, cancellation);
            (_state, _openSince) = (RedirectState.Closed, null);
        }

        return await _repair.RunAsync(RedirectState.Closed, cancellation);
    }

    private async Task<bool> LiftAsync(CancellationToken cancellation)
    {
        if (_state == RedirectState.Lifted)
        {
            return await _repair.RunAsync(RedirectState.Lifted, cancellation);
        }

        if (await _newer.ArePresentAsync(cancellation))
        {
            return false;
        }

        await _redirect.Keeper.RepairAsync(_redirect.Wanted(RedirectState.Lifted), mayMove: true, cancellation);
        _services.Metrics.Lifted();
        Messages.Lifted(_services.Log);
        await OpenedAsync(RedirectState.Lifted, "redirect and guards", "the proxy is down, and --when-down is open", null);
        return false;
    }

    private async Task<bool> TurnOffAsync(Override reason, CancellationToken cancellation)
    {
        if (_state == RedirectState.Off && _lastCheck.Holds(RedirectState.Off))
        {
            return false;
        }

        BeginCheckForOff();
        var check = await _redirect.Keeper.CheckAsync([], cancellation);
        if (_newer.AreIn(check))
        {
            return false;
        }

        if (_state == RedirectState.Off && check.Unwanted.IsEmpty)
        {
            _lastCheck.Settle(RedirectState.Off, inPlace: false);
            return false;
        }

        await _redirect.Keeper.RemoveAsync(cancellation);
        _services.Metrics.Overridden();
        Messages.Overridden(_services.Log, reason.Until, reason.Reason);
        await OpenedAsync(RedirectState.Off, "everything", reason.Reason, reason.Until);
        return false;
    }

    // Reading a legacy table creates it in the kernel, and an override must leave no table behind.
    private void BeginCheckForOff()
    {
        if (_redirect.Changes.SeesEveryChange)
        {
            _lastCheck.Begin();
        }
        else
        {
            _lastCheck.Forget();
        }
    }

    private async Task OpenedAsync(RedirectState state, string what, string reason, DateTimeOffset? until)
    {
        (_state, _openSince) = (state, _openSince ?? _services.Time.GetUtcNow());
        _services.Metrics.Checked(inPlace: false);
        await _services.Write(RedirectEvents.Removed(_services.Time.GetUtcNow(), what, reason, until));
    }

    private static partial class Messages
    {
        [LoggerMessage(EventName = "RedirectCallFailed", Level = LogLevel.Error, Message = "The rules could not be checked or repaired; the next check tries again: {Message}")]
        public static partial void CheckFailed(ILogger log, string message);

        [LoggerMessage(EventName = "RedirectLifted", Level = LogLevel.Warning, Message = "The proxy is down and --when-down is open: pods reach IMDS directly until it is back")]
        public static partial void Lifted(ILogger log);

        [LoggerMessage(EventName = "InterceptionOff", Level = LogLevel.Warning, Message = "Interception is off until {Until:O}: {Reason}")]
        public static partial void Overridden(ILogger log, DateTimeOffset until, string reason);
    }
}

using ImdsProxy.Redirect.Applying;
using ImdsProxy.Redirect.Rules;
using ImdsProxy.Runtime;

namespace ImdsProxy.Redirect.Watching;

/// <summary>The rules under watch: brings them to a state and holds them there.</summary>
internal sealed partial class WatchedRules(PreparedRedirect redirect, RedirectServices services)
{
    private readonly RulesApplier _apply = new(redirect, services);
    private readonly LastCheck _last = new(redirect.Changes, redirect.Wanted(RedirectState.Closed), services.Time);
    private readonly MoveLimit _moves = new(services.Time);
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);
    private DateTimeOffset? _openSince;

    // The state that was reached last, or null before the first.
    private RedirectState? _state;

    // What the check under way has found.
    private bool _inPlace;

    /// <summary>Whether the kernel says that rules which matter here changed since the last check. Cheap enough for every pulse.</summary>
    public bool HasChanged => _state is { } state && _last.HasChanged(state);

    /// <summary>Reaches or repairs the state. A failed call is logged and counted; the next one comes soon.</summary>
    /// <returns>Whether every rule was found there and effective just now.</returns>
    public async Task<bool> KeepAsync(RedirectState state, Override reason, CancellationToken cancellation)
    {
        _inPlace = false;
        try
        {
            await (state switch
            {
                RedirectState.Off => OffAsync(reason, cancellation),
                RedirectState.Lifted => LiftAsync(cancellation),
                _ => CloseAsync(cancellation),
            });
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            _inPlace = false;
            services.Metrics.Failed();
            Messages.CallFailed(services.Log, e.Message);
        }

        return _inPlace;
    }

    private async Task CloseAsync(CancellationToken cancellation)
    {
        if (_state != RedirectState.Closed)
        {
            if (await IsNewerThereAsync(cancellation))
            {
                return;
            }

            await _apply.RunAsync(_openSince, cancellation);
            (_state, _openSince) = (RedirectState.Closed, null);
        }

        await RepairAsync(RedirectState.Closed, cancellation);
    }

    private async Task LiftAsync(CancellationToken cancellation)
    {
        if (_state == RedirectState.Lifted)
        {
            await RepairAsync(RedirectState.Lifted, cancellation);
            return;
        }

        if (await IsNewerThereAsync(cancellation))
        {
            return;
        }

        await redirect.Keeper.RepairAsync(redirect.Wanted(RedirectState.Lifted), mayMove: true, cancellation);
        services.Metrics.Lifted();
        Messages.Lifted(services.Log);
        await OpenedAsync(RedirectState.Lifted, "redirect and guards", "the proxy is down, and --when-down is open", null);
    }

    private async Task OffAsync(Override reason, CancellationToken cancellation)
    {
        if (_state == RedirectState.Off && _last.Holds(RedirectState.Off))
        {
            return;
        }

        LookBeforeOff();
        var check = await redirect.Keeper.CheckAsync([], cancellation);
        if (IsNewer(check))
        {
            return;
        }

        if (_state == RedirectState.Off && check.Unwanted.IsEmpty)
        {
            _last.Settle(RedirectState.Off, inPlace: false);
            return;
        }

        await redirect.Keeper.RemoveAsync(cancellation);
        services.Metrics.Overridden();
        Messages.Overridden(services.Log, reason.Until, reason.Reason);
        await OpenedAsync(RedirectState.Off, "everything", reason.Reason, reason.Until);
    }

    // A look at a legacy table makes the table. Where nothing of ours is wanted, none shall be made.
    private void LookBeforeOff()
    {
        if (redirect.Changes.SeesEveryChange)
        {
            _last.Begin();
        }
        else
        {
            _last.Forget();
        }
    }

    private async Task OpenedAsync(RedirectState state, string what, string reason, DateTimeOffset? until)
    {
        (_state, _openSince) = (state, _openSince ?? services.Time.GetUtcNow());
        Checked(inPlace: false);
        await services.Write(RedirectEvents.Removed(services.Time.GetUtcNow(), what, reason, until));
    }

    private async Task RepairAsync(RedirectState state, CancellationToken cancellation)
    {
        if (_last.Holds(state))
        {
            Checked(_last.InPlace);
            return;
        }

        var wanted = redirect.Wanted(state);
        var check = _last.Begin()
            ? await redirect.Keeper.CheckAsync(wanted, cancellation)
            : await redirect.Keeper.QuickCheckAsync(wanted, cancellation);
        if (IsNewer(check))
        {
            return;
        }

        var inPlace = check.InPlace && state == RedirectState.Closed;
        Checked(inPlace);
        foreach (var word in check.Notes.Concat(check.Blockers).Where(_told.Add))
        {
            Messages.Noted(services.Log, word);
        }

        var mayMove = MayMove(check);
        if (!check.NeedsRepair || (!mayMove && check.Unwanted.IsEmpty && check.Chains.All(c => c.Problems.IsEmpty || c.OnlyDisplaced)))
        {
            _last.Settle(state, inPlace);
            return;
        }

        var repaired = check.Unwanted.IsEmpty
            ? await redirect.Keeper.QuickRepairAsync(wanted, mayMove, cancellation)
            : await redirect.Keeper.RepairAsync(wanted, mayMove, cancellation);
        var missing = string.Join("; ", repaired.Missing);
        services.Metrics.Repaired();
        Messages.Repaired(services.Log, missing);
        await services.Write(RedirectEvents.Repaired(services.Time.GetUtcNow(), repaired.Missing));
        if (state == RedirectState.Closed)
        {
            await _apply.ForgetDirectAsync(cancellation);
        }
    }

    private void Checked(bool inPlace)
    {
        _inPlace = inPlace;
        services.Metrics.Checked(inPlace);
    }

    private bool MayMove(CheckResult check)
    {
        if (!check.Chains.Any(c => c.OnlyDisplaced))
        {
            return true;
        }

        var verdict = _moves.Ask();
        if (verdict == MoveVerdict.Alarm)
        {
            services.Metrics.Alarmed();
            Messages.LeftDisplaced(services.Log, string.Join("; ", check.Missing));
        }
        else if (verdict == MoveVerdict.Move)
        {
            services.Metrics.Moved();
        }

        return verdict == MoveVerdict.Move;
    }

    private async Task<bool> IsNewerThereAsync(CancellationToken cancellation) =>
        IsNewer(await redirect.Keeper.QuickCheckAsync(redirect.Wanted(RedirectState.Closed), cancellation));

    private bool IsNewer(CheckResult check)
    {
        var found = check.NewestGeneration;
        var newer = found > redirect.Options.Generation;
        if (newer && _told.Add($"generation {found}"))
        {
            Messages.NewerRules(services.Log, found, redirect.Options.Generation);
        }

        return newer;
    }

    private static partial class Messages
    {
        [LoggerMessage(1, LogLevel.Error, "A call failed, the next check comes soon: {Message}", EventName = "RedirectCallFailed")]
        public static partial void CallFailed(ILogger log, string message);

        [LoggerMessage(2, LogLevel.Warning, "Put back: {Missing}", EventName = "RedirectRepaired")]
        public static partial void Repaired(ILogger log, string missing);

        [LoggerMessage(3, LogLevel.Critical, "Another program keeps displacing our jump; it is left so for ten minutes: {Missing}", EventName = "RedirectLeftDisplaced")]
        public static partial void LeftDisplaced(ILogger log, string missing);

        [LoggerMessage(4, LogLevel.Warning, "The proxy is down and --when-down is open: pods reach IMDS directly until it is back", EventName = "RedirectLifted")]
        public static partial void Lifted(ILogger log);

        [LoggerMessage(5, LogLevel.Warning, "Interception is off until {Until:O}: {Reason}", EventName = "InterceptionOff")]
        public static partial void Overridden(ILogger log, DateTimeOffset until, string reason);

        [LoggerMessage(6, LogLevel.Information, "Rules of generation {Found} are there, newer than ours ({Ours}): looking on", EventName = "NewerRules")]
        public static partial void NewerRules(ILogger log, int found, int ours);

        [LoggerMessage(7, LogLevel.Warning, "{Note}", EventName = "RedirectNote")]
        public static partial void Noted(ILogger log, string note);
    }
}

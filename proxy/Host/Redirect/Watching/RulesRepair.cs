using System.Collections.Immutable;
using ImdsProxy.Redirect.Applying;
using ImdsProxy.Redirect.Rules;

namespace ImdsProxy.Redirect.Watching;

/// <summary>Checks the rules of a state that was reached, and puts missing rules back.</summary>
internal sealed partial class RulesRepair(
    PreparedRedirect redirect, RulesApplier applier, LastCheck lastCheck, NewerRules newer, RedirectServices services)
{
    private readonly DisplacedJumps _displaced = new(services);
    private readonly HashSet<string> _logged = new(StringComparer.Ordinal);

    /// <returns>Whether the check found every rule in place and effective, before any repair.</returns>
    public async Task<bool> RunAsync(RedirectState state, CancellationToken cancellation)
    {
        if (lastCheck.Holds(state))
        {
            services.Metrics.Checked(lastCheck.InPlace);
            return lastCheck.InPlace;
        }

        var wanted = redirect.Wanted(state);
        var check = lastCheck.Begin()
            ? await redirect.Keeper.CheckAsync(wanted, cancellation)
            : await redirect.Keeper.QuickCheckAsync(wanted, cancellation);
        if (newer.AreIn(check))
        {
            return false;
        }

        var inPlace = check.InPlace && state == RedirectState.Closed;
        services.Metrics.Checked(inPlace);
        LogNotes(check);
        var mayMove = _displaced.MayMove(check);
        if (!check.NeedsRepair || (!mayMove && check.HasOnlyDisplacedJumps))
        {
            lastCheck.Settle(state, inPlace);
            return inPlace;
        }

        await RepairAsync(wanted, whole: !check.Unwanted.IsEmpty, mayMove, cancellation);
        if (state == RedirectState.Closed)
        {
            await applier.ForgetDirectAsync(cancellation);
        }

        return inPlace;
    }

    private async Task RepairAsync(ImmutableArray<ManagedChain> wanted, bool whole, bool mayMove, CancellationToken cancellation)
    {
        var repaired = whole
            ? await redirect.Keeper.RepairAsync(wanted, mayMove, cancellation)
            : await redirect.Keeper.QuickRepairAsync(wanted, mayMove, cancellation);
        var missing = string.Join("; ", repaired.Missing);
        services.Metrics.Repaired();
        Messages.Repaired(services.Log, missing);
        await services.Write(RedirectEvents.Repaired(services.Time.GetUtcNow(), repaired.Missing));
    }

    private void LogNotes(CheckResult check)
    {
        foreach (var note in check.Notes.Concat(check.Blockers).Where(_logged.Add))
        {
            Messages.Noted(services.Log, note);
        }
    }

    private static partial class Messages
    {
        [LoggerMessage(EventName = "RedirectRepaired", Level = LogLevel.Warning, Message = "Repaired: {Missing}")]
        public static partial void Repaired(ILogger log, string missing);

        [LoggerMessage(EventName = "RedirectNote", Level = LogLevel.Warning, Message = "{Note}")]
        public static partial void Noted(ILogger log, string note);
    }
}

using ImdsProxy.Redirect.Node;
using ImdsProxy.Redirect.Rules;

namespace ImdsProxy.Redirect.Applying;

/// <summary>Puts the rules in place once: what <c>apply</c> does, and <c>watch</c> when it starts.</summary>
internal sealed partial class RulesApplier(PreparedRedirect redirect, RedirectServices services)
{
    /// <summary>Puts in place what is missing and tells what was.</summary>
    /// <param name="openSince">Since when IMDS was open, where that is known better than by the node's start.</param>
    /// <param name="cancellation">Ends the wait for the lock.</param>
    public async Task<CheckResult> RunAsync(DateTimeOffset? openSince, CancellationToken cancellation)
    {
        var before = await redirect.Keeper.RepairAsync(redirect.Wanted(RedirectState.Closed), mayMove: true, cancellation);
        if (redirect.Other is { } other && await other.RemoveAsync(cancellation))
        {
            Messages.LeftOver(services.Log, redirect.Backend);
        }

        await ForgetDirectAsync(cancellation);
        var now = services.Time.GetUtcNow();
        var boot = NodeBoot.Time();
        var open = before.IsOpen ? Math.Max(0, (now - (openSince ?? boot ?? now)).TotalSeconds) : 0;
        Messages.Applied(services.Log, $"{redirect.Options.NodeIp}:{redirect.Options.Port}", redirect.Backend, redirect.Why, before.InPlace);
        await services.Write(RedirectEvents.Applied(now, redirect.Options, redirect.Backend, boot, open, before.Absent ? ["every rule"] : before.Missing));
        return before;
    }

    /// <summary>Makes connections from before the rules meet them.</summary>
    public async Task ForgetDirectAsync(CancellationToken cancellation)
    {
        if (await Conntrack.ForgetDirectAsync(services.Run, cancellation) is { } why)
        {
            Messages.NotForgotten(services.Log, why);
        }
    }

    private static partial class Messages
    {
        [LoggerMessage(1, LogLevel.Information, "169.254.169.254:80 is redirected to {Target} (backend {Backend}: {Why}; already in place: {InPlace})", EventName = "RedirectApplied")]
        public static partial void Applied(ILogger log, string target, string backend, string why, bool inPlace);

        [LoggerMessage(2, LogLevel.Warning, "Connections from before the rules could not be forgotten ({Why}); the guards stop them", EventName = "ConnectionsNotForgotten")]
        public static partial void NotForgotten(ILogger log, string why);

        [LoggerMessage(3, LogLevel.Warning, "Rules of ours were left in the backend that is not used here and are gone now; in use is {Backend}", EventName = "LeftOverRemoved")]
        public static partial void LeftOver(ILogger log, string backend);
    }
}

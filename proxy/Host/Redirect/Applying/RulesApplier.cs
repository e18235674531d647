using ImdsProxy.Redirect.Node;
using ImdsProxy.Redirect.Rules;

namespace ImdsProxy.Redirect.Applying;

/// <summary>Puts the rules in place once, for <c>apply</c> and for the start of <c>watch</c>.</summary>
internal sealed partial class RulesApplier(PreparedRedirect redirect, RedirectServices services)
{
    /// <summary>Puts missing rules in place.</summary>
    /// <param name="openSince">The time from which pods could reach IMDS directly. If null, since the node's start.</param>
    /// <param name="cancellation">Ends the wait for the lock.</param>
    /// <returns>The state of the rules before the call.</returns>
    public async Task<CheckResult> RunAsync(DateTimeOffset? openSince, CancellationToken cancellation)
    {
        var before = await redirect.Keeper.RepairAsync(redirect.Wanted(RedirectState.Closed), mayMove: true, cancellation);
        if (redirect.Other is { } other && await other.RemoveAsync(cancellation))
        {
            Messages.LeftoverRemoved(services.Log, redirect.Backend);
        }

        await ForgetDirectAsync(cancellation);
        var now = services.Time.GetUtcNow();
        var boot = NodeBoot.Time();
        var open = before.IsOpen ? Math.Max(0, (now - (openSince ?? boot ?? now)).TotalSeconds) : 0;
        Messages.Applied(services.Log, $"{redirect.Options.NodeIp}:{redirect.Options.Port}", redirect.Backend, redirect.Why, before.InPlace);
        await services.Write(RedirectEvents.Applied(now, redirect.Options, redirect.Backend, boot, open, before.Absent ? ["every rule"] : before.Missing));
        return before;
    }

    /// <summary>Deletes the conntrack entries of direct connections, so that the rules apply to them too.</summary>
    public async Task ForgetDirectAsync(CancellationToken cancellation)
    {
        if (await Conntrack.ForgetDirectAsync(services.Run, cancellation) is { } why)
        {
            Messages.NotForgotten(services.Log, why);
        }
    }

    private static partial class Messages
    {
        [LoggerMessage(EventName = "RedirectApplied", Level = LogLevel.Information, Message = "169.254.169.254:80 is redirected to {Target} (backend {Backend}: {Why}; already in place: {InPlace})")]
        public static partial void Applied(ILogger log, string target, string backend, string why, bool inPlace);

        [LoggerMessage(EventName = "ConnectionsNotForgotten", Level = LogLevel.Warning, Message = "The conntrack entries of earlier direct connections could not be deleted ({Why}); the guards block these connections anyway")]
        public static partial void NotForgotten(ILogger log, string why);

        [LoggerMessage(EventName = "LeftOverRemoved", Level = LogLevel.Warning, Message = "Removed our rules from the other iptables backend; this node uses {Backend}")]
        public static partial void LeftoverRemoved(ILogger log, string backend);
    }
}

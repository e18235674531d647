using ImdsProxy.Redirect.Applying;
using ImdsProxy.Redirect.Rules;

namespace ImdsProxy.Redirect.Watching;

/// <summary>Finds rules that a newer version wrote. During a rollout, an older version must not replace these rules.</summary>
internal sealed partial class NewerRules(PreparedRedirect redirect, RedirectServices services)
{
    private readonly HashSet<int> _logged = [];

    public async Task<bool> ArePresentAsync(CancellationToken cancellation) =>
        AreIn(await redirect.Keeper.QuickCheckAsync(redirect.Wanted(RedirectState.Closed), cancellation));

    /// <summary>Whether the check saw newer rules. Each newer generation is logged once.</summary>
    public bool AreIn(CheckResult check)
    {
        var found = check.NewestGeneration;
        var newer = found > redirect.Options.Generation;
        if (newer && _logged.Add(found))
        {
            Messages.NewerRules(services.Log, found, redirect.Options.Generation);
        }

        return newer;
    }

    private static partial class Messages
    {
        [LoggerMessage(EventName = "NewerRules", Level = LogLevel.Information, Message = "The node has rules of generation {Found}, newer than ours ({Ours}); they are left as they are")]
        public static partial void NewerRules(ILogger log, int found, int ours);
    }
}

using ImdsProxy.Redirect.Rules;
using ImdsProxy.Runtime;

namespace ImdsProxy.Redirect.Watching;

/// <summary>Decides which rules are wanted now, from the proxy's listener and the override.</summary>
internal sealed partial class DesiredState(RedirectSettings settings, RuleSetOptions options, RedirectServices services)
{
    // This many probes in a row must fail before the redirect is lifted. Probes are one interval apart.
    private const int FailedProbesToLift = 3;

    private readonly OverrideFiles? _files =
        settings.OverrideDirectory is { } directory ? OverrideFiles.Interception(directory, services.Time) : null;

    // The last override of this release. An uninstall deletes its files at about the same time as the pods. Rules that were put
    // back in between would stay for good.
    private Override _uninstall = Runtime.Override.None;

    // An uninstall override that exists from the start may belong to an earlier release, so it ends when its files are deleted.
    private bool _sawNoUninstall;
    private string? _refusal;
    private int _failedProbes;

    /// <summary>The override in force, or <see cref="Override.None"/>.</summary>
    public Override Override { get; private set; } = Runtime.Override.None;

    /// <param name="probeIsDue">Whether a failed probe counts this time.</param>
    public RedirectState Next(bool probeIsDue)
    {
        Override = Current();
        if (Override.Refusal is { } why && why != _refusal)
        {
            Messages.OverrideRefused(services.Log, why);
        }

        _refusal = Override.Refusal;
        return Override.On ? RedirectState.Off : IsDown(probeIsDue) ? RedirectState.Lifted : RedirectState.Closed;
    }

    private Override Current()
    {
        var now = _files?.Current() ?? Runtime.Override.None;
        _sawNoUninstall |= !now.Uninstalling;
        if (now.Uninstalling && _sawNoUninstall)
        {
            _uninstall = now;
        }

        return services.Time.GetUtcNow() < _uninstall.Until ? _uninstall : now;
    }

    private bool IsDown(bool probeIsDue)
    {
        if (!settings.OpenWhenDown)
        {
            return false;
        }

        if (services.IsListening(options.NodeIp, options.Port))
        {
            _failedProbes = 0;
        }
        else if (probeIsDue)
        {
            _failedProbes = Math.Min(_failedProbes + 1, FailedProbesToLift);
        }

        return _failedProbes >= FailedProbesToLift;
    }

    private static partial class Messages
    {
        [LoggerMessage(EventName = "OverrideRefused", Level = LogLevel.Error, Message = "The override is refused: {Why}")]
        public static partial void OverrideRefused(ILogger log, string why);
    }
}

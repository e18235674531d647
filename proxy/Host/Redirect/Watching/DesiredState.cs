using ImdsProxy.Redirect.Rules;
using ImdsProxy.Runtime;

namespace ImdsProxy.Redirect.Watching;

/// <summary>Tells how much of the rules is wanted now, from the listener and the override.</summary>
internal sealed partial class DesiredState(RedirectSettings settings, RuleSetOptions options, RedirectServices services)
{
    // So many probes in a row must fail; one interval lies between two of them.
    private const int ProbesToLift = 3;

    private readonly OverrideFiles? _files =
        settings.OverrideDirectory is { } directory ? OverrideFiles.Interception(directory, services.Time) : null;

    // The last override of this release: at an uninstall its files go about when the pods do, and rules that came back in
    // between would stay for good.
    private Override _last = Runtime.Override.None;

    // One that was there from the start may be that of a release before: it counts for as long as its files are there.
    private bool _wasWithout;
    private string? _refusal;
    private int _failed;

    /// <summary>The override in force, if any.</summary>
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
        _wasWithout |= !now.Uninstalling;
        if (now.Uninstalling && _wasWithout)
        {
            _last = now;
        }

        return services.Time.GetUtcNow() < _last.Until ? _last : now;
    }

    private bool IsDown(bool probeIsDue)
    {
        if (!settings.OpenWhenDown)
        {
            return false;
        }

        if (services.IsListening(options.NodeIp, options.Port))
        {
            _failed = 0;
        }
        else if (probeIsDue)
        {
            _failed = Math.Min(_failed + 1, ProbesToLift);
        }

        return _failed >= ProbesToLift;
    }

    private static partial class Messages
    {
        [LoggerMessage(1, LogLevel.Error, "The override is refused: {Why}", EventName = "OverrideRefused")]
        public static partial void OverrideRefused(ILogger log, string why);
    }
}

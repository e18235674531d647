using ImdsProxy.Redirect.Rules;
using ImdsProxy.Runtime;

namespace ImdsProxy.Redirect.Watching;

/// <summary>Decides which rules are wanted now, from the proxy's listener and the override.</summary>
internal sealed partial class DesiredState(RedirectSettings settings, RuleSetOptions options, RedirectServices services)
{
    // This many probes in a row must fail before the redirect is lifted. Probes are one interval apart.
    private const int FailedProbesToLift = 3;

    private readonly InterceptionOverride _override = new(settings, services.Time);
    private string? _refusal;
    private int _failedProbes;

    /// <summary>The override in force, or <see cref="Override.None"/>.</summary>
    public Override Override { get; private set; } = Runtime.Override.None;

    /// <param name="probeIsDue">Whether a failed probe counts this time.</param>
    public RedirectState Next(bool probeIsDue)
    {
        Override = _override.Current();
        if (Override.Refusal is { } why && why != _refusal)
        {
            Messages.OverrideRefused(services.Log, why);
        }

        _refusal = Override.Refusal;
        return Override.On ? RedirectState.Off : IsDown(probeIsDue) ? RedirectState.Lifted : RedirectState.Closed;
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

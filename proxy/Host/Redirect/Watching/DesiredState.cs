using ImdsProxy.Runtime;

namespace ImdsProxy.Redirect.Watching;

/// <summary>Tells how much of the rules is wanted now, from the listener and the override.</summary>
internal sealed partial class DesiredState(RedirectSettings settings, RedirectOptions options, RedirectSeams seams)
{
    // So many probes in a row must fail; one interval lies between two of them.
    private const int ProbesToLift = 3;

    private readonly OverrideFiles? _files =
        settings.OverrideDirectory is { } directory ? OverrideFiles.Interception(directory, seams.Time) : null;

    private string? _refusal;
    private int _failed;

    /// <summary>The override in force, if any.</summary>
    public Override Override { get; private set; } = Runtime.Override.None;

    /// <param name="probeIsDue">Whether a failed probe counts this time.</param>
    public RedirectState Next(bool probeIsDue)
    {
        Override = _files?.Current() ?? Runtime.Override.None;
        if (Override.Refusal is { } why && why != _refusal)
        {
            Messages.OverrideRefused(seams.Log, why);
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

        if (seams.IsListening(options.NodeIp, options.Port))
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

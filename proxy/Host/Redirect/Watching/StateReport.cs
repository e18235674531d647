using ImdsProxy.Runtime;

namespace ImdsProxy.Redirect.Watching;

/// <summary>Reports the state of the rules to the proxy, if a state file is configured. A failed report never stops the watch.</summary>
internal sealed partial class StateReport(RedirectSettings settings, RedirectServices services)
{
    // The previous report must stay valid while a check with several slow iptables calls runs.
    private static readonly TimeSpan MinValidity = TimeSpan.FromSeconds(10);
    private const int Intervals = 3;

    private readonly RedirectReportFile? _file = settings.StateFile is { } path ? new RedirectReportFile(path, services.Time) : null;
    private string? _lastFailure;

    /// <param name="inPlace">Whether the check that just ended found every rule in place and effective.</param>
    public void Tell(bool inPlace)
    {
        var validity = settings.Interval * Intervals;
        Try(file => file.Tell(inPlace, validity > MinValidity ? validity : MinValidity, settings.HostPods ? services.HostPods.IsIntercepted : null));
    }

    /// <summary>Withdraws the report. At the start, this is the report of an earlier watch; at the end, it is our own.</summary>
    public void Withdraw() => Try(static file => file.Withdraw());

    private void Try(Action<RedirectReportFile> write)
    {
        if (_file is null)
        {
            return;
        }

        try
        {
            write(_file);
            _lastFailure = null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (e.Message != _lastFailure)
            {
                Messages.NotReported(services.Log, settings.StateFile!, e.Message);
            }

            _lastFailure = e.Message;
        }
    }

    private static partial class Messages
    {
        [LoggerMessage(EventName = "StateNotTold", Level = LogLevel.Error, Message = "The state of the rules could not be reported to the proxy in {File}: {Message}")]
        public static partial void NotReported(ILogger log, string file, string message);
    }
}

using ImdsProxy.Runtime;

namespace ImdsProxy.Redirect.Watching;

/// <summary>Tells the proxy beside it how the rules are, where that was asked for. The rules matter more than what is told of them.</summary>
internal sealed partial class StateReport(RedirectSettings settings, RedirectServices services)
{
    // A check with several slow calls of iptables must not make the word of before stale.
    private static readonly TimeSpan LeastValidity = TimeSpan.FromSeconds(10);
    private const int Intervals = 3;

    private readonly RedirectReportFile? _file = settings.StateFile is { } path ? new RedirectReportFile(path, services.Time) : null;
    private string? _lastFailure;

    /// <param name="inPlace">Whether the check that just ended found every rule there and effective.</param>
    public void Tell(bool inPlace)
    {
        var validity = settings.Interval * Intervals;
        Try(file => file.Tell(inPlace, validity > LeastValidity ? validity : LeastValidity));
    }

    /// <summary>Takes back what an earlier watch has told, or this one at its end.</summary>
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
                Messages.NotTold(services.Log, settings.StateFile!, e.Message);
            }

            _lastFailure = e.Message;
        }
    }

    private static partial class Messages
    {
        [LoggerMessage(1, LogLevel.Error, "The proxy can't be told how the rules are ({File}): {Message}", EventName = "StateNotTold")]
        public static partial void NotTold(ILogger log, string file, string message);
    }
}

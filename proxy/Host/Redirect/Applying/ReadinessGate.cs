using ImdsProxy.Redirect.Rules;
using ImdsProxy.Runtime;

namespace ImdsProxy.Redirect.Applying;

/// <summary>
/// Holds the first rules back until the proxy can decide requests, at most <c>--wait</c>: an install in audit mode then
/// denies nobody. What the proxy tells in its file counts for this and nothing else. A proxy that was taken over can delay
/// the first rules by that wait, and can lift none.
/// </summary>
internal sealed partial class ReadinessGate(RedirectSettings settings, RuleSetOptions options, RedirectServices services)
{
    /// <summary>How often the proxy is looked at meanwhile.</summary>
    public static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    private readonly ReadyFile? _file = settings.ReadyFile is { } path ? new ReadyFile(path, services.Time) : null;
    private readonly long _began = services.Time.GetTimestamp();
    private bool _told;

    /// <summary>Whether nothing is held back any more.</summary>
    public bool IsOver { get; private set; }

    // Whether rules wait for the proxy's word however long that takes.
    private bool IsPatient => settings.OpenWhenDown && _file is not null;

    /// <summary>Whether a state may be brought about now. An override that takes rules away always may.</summary>
    public bool Admits(RedirectState state)
    {
        if (IsOver || state == RedirectState.Off)
        {
            return true;
        }

        if (_file?.IsReady() ?? services.IsListening(options.NodeIp, options.Port))
        {
            return IsOver = true;
        }

        if (services.Time.GetElapsedTime(_began) < settings.Wait)
        {
            return false;
        }

        Tell();
        IsOver = !IsPatient;
        return IsOver || state == RedirectState.Lifted;
    }

    /// <summary>Returns when the rules may be applied.</summary>
    public async Task WaitAsync(CancellationToken cancellation)
    {
        while (!Admits(RedirectState.Closed))
        {
            await Task.Delay(PollInterval, services.Time, cancellation);
        }
    }

    private void Tell()
    {
        if (_told)
        {
            return;
        }

        _told = true;
        if (_file is null)
        {
            Messages.NobodyListens(services.Log, $"{options.NodeIp}:{options.Port}", settings.Wait.TotalSeconds);
        }
        else if (IsPatient)
        {
            Messages.StillOpen(services.Log, settings.Wait.TotalSeconds);
        }
        else
        {
            Messages.NotReady(services.Log, settings.Wait.TotalSeconds);
        }
    }

    private static partial class Messages
    {
        [LoggerMessage(1, LogLevel.Warning, "Nothing listens on {Target} after {Seconds} s: until something does, pods have no IMDS", EventName = "NobodyListens")]
        public static partial void NobodyListens(ILogger log, string target, double seconds);

        [LoggerMessage(2, LogLevel.Warning, "The proxy is not ready after {Seconds} s: the rules are applied all the same, and until it is ready, pods are denied IMDS; the proxy's /readyz says why", EventName = "ProxyNotReady")]
        public static partial void NotReady(ILogger log, double seconds);

        [LoggerMessage(3, LogLevel.Warning, "The proxy is not ready after {Seconds} s and --when-down is open: the rules come when it is, and until then pods reach IMDS directly; the proxy's /readyz says why", EventName = "ProxyNotReadyRulesWait")]
        public static partial void StillOpen(ILogger log, double seconds);
    }
}

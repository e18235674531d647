using ImdsProxy.Redirect.Rules;
using ImdsProxy.Runtime;

namespace ImdsProxy.Redirect.Applying;

/// <summary>
/// Holds the first rules back until the proxy can decide requests, at most for <c>--wait</c>. Without this gate, an install in
/// audit mode would deny requests while the policy loads. The proxy's ready file is used for nothing else, so a compromised proxy
/// can delay the first rules by that wait, but can't remove rules.
/// </summary>
internal sealed partial class ReadinessGate(RedirectSettings settings, RuleSetOptions options, RedirectServices services)
{
    /// <summary>How often the readiness of the proxy is checked while the rules are held back.</summary>
    public static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    private readonly ReadyFile? _file = settings.ReadyFile is { } path ? new ReadyFile(path, services.Time) : null;
    private readonly long _started = services.Time.GetTimestamp();
    private bool _warned;

    /// <summary>Whether the gate is open for good.</summary>
    public bool IsOpen { get; private set; }

    // Whether the rules wait until the proxy is ready, however long that takes.
    private bool WaitsForever => settings.OpenWhenDown && _file is not null;

    /// <summary>Whether a state may be applied now. An override that removes the rules is always admitted.</summary>
    public bool Admits(RedirectState state)
    {
        if (IsOpen || state == RedirectState.Off)
        {
            return true;
        }

        if (_file?.IsReady() ?? services.IsListening(options.NodeIp, options.Port))
        {
            return IsOpen = true;
        }

        if (services.Time.GetElapsedTime(_started) < settings.Wait)
        {
            return false;
        }

        Warn();
        IsOpen = !WaitsForever;
        return IsOpen || state == RedirectState.Lifted;
    }

    /// <summary>Completes when the rules may be applied.</summary>
    public async Task WaitAsync(CancellationToken cancellation)
    {
        while (!Admits(RedirectState.Closed))
        {
            await Task.Delay(PollInterval, services.Time, cancellation);
        }
    }

    private void Warn()
    {
        if (_warned)
        {
            return;
        }

        _warned = true;
        if (_file is null)
        {
            Messages.NoListener(services.Log, $"{options.NodeIp}:{options.Port}", settings.Wait.TotalSeconds);
        }
        else if (WaitsForever)
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
        [LoggerMessage(EventName = "NobodyListens", Level = LogLevel.Warning, Message = "Nothing listens on {Target} after {Seconds} s: the rules are applied anyway, and pods cannot reach IMDS until the proxy listens")]
        public static partial void NoListener(ILogger log, string target, double seconds);

        [LoggerMessage(EventName = "ProxyNotReady", Level = LogLevel.Warning, Message = "The proxy is not ready after {Seconds} s: the rules are applied anyway, and pods are denied IMDS until it is ready; the proxy's /readyz says why")]
        public static partial void NotReady(ILogger log, double seconds);

        [LoggerMessage(EventName = "ProxyNotReadyRulesWait", Level = LogLevel.Warning, Message = "The proxy is not ready after {Seconds} s and --when-down is open: the rules are applied once it is ready, and until then pods reach IMDS directly; the proxy's /readyz says why")]
        public static partial void StillOpen(ILogger log, double seconds);
    }
}

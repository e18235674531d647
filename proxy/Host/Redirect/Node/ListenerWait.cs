namespace ImdsProxy.Redirect.Node;

/// <summary>Waits a while for the proxy, so that its start and that of the rules may come in either order.</summary>
internal static partial class ListenerWait
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Returns when something listens or the wait is over, whichever comes first.</summary>
    public static async Task RunAsync(RedirectOptions options, TimeSpan wait, RedirectSeams seams, CancellationToken cancellation)
    {
        var begin = seams.Time.GetTimestamp();
        while (!seams.IsListening(options.NodeIp, options.Port))
        {
            if (seams.Time.GetElapsedTime(begin) >= wait)
            {
                NobodyListens(seams.Log, $"{options.NodeIp}:{options.Port}", wait.TotalSeconds);
                return;
            }

            await Task.Delay(Pause, seams.Time, cancellation);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Nothing listens on {Target} after {Seconds} s: until something does, pods have no IMDS", EventName = "NobodyListens")]
    private static partial void NobodyListens(ILogger log, string target, double seconds);
}

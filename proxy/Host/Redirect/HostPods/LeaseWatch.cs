using ImdsProxy.Redirect.Watching;
using ImdsProxy.Runtime;

namespace ImdsProxy.Redirect.HostPods;

/// <summary>
/// Renews the lease while the proxy is ready for the node's own connections, and ends it at once when the proxy is not. The kernel
/// ends the lease if this process is stopped, killed or too slow.
/// </summary>
internal sealed partial class LeaseWatch(
    LeaseTable table, Func<CancellationToken, Task<string?>> probe, string target, RedirectSettings settings, RedirectServices services, HostPodsEvents events)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    // An answer older than this says nothing about the proxy: this process was stopped meanwhile.
    private static readonly TimeSpan OldAnswer = TimeSpan.FromSeconds(1);

    private readonly InterceptionOverride _override = new(settings, services.Time);

    // When the lease was last renewed, and since when it is not held; null if it is held, or has never been.
    private long? _renewed;
    private long? _unseenSince;
    private string? _lastReason;

    /// <summary>Runs until cancelled, and then ends the lease.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            await Repeat.EveryAsync(Interval, services.Time, StepAsync, cancellation);
        }
        finally
        {
            End("the watch ended", table.End);
        }
    }

    /// <summary>Renews or ends the lease, as the proxy answers.</summary>
    public async Task StepAsync(CancellationToken cancellation)
    {
        try
        {
            await AskAsync(cancellation);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            // The watch continues after any failure, without a lease: the node must reach IMDS in any case.
            services.HostPods.Failed();
            End(e.Message, table.End);
        }
    }

    private async Task AskAsync(CancellationToken cancellation)
    {
        NoticeLapse();
        if (_override.Current() is { On: true } off)
        {
            End($"interception is off until {off.Until.UtcDateTime:O}: {off.Reason}", () => table.Remove());
            return;
        }

        var asked = services.Time.GetTimestamp();
        var reason = await probe(cancellation);
        if (reason is null && services.Time.GetElapsedTime(asked) > OldAnswer)
        {
            reason = "the watch was stopped after the proxy had answered";
        }

        if (reason is null)
        {
            Renew();
        }
        else
        {
            End(reason, table.End);
        }
    }

    private void Renew()
    {
        try
        {
            if (!table.Renew() && _renewed is not null)
            {
                Lapsed($"another program removed or changed the nft table ip {LeaseTable.Name}; it is in place again");
            }
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            services.HostPods.Failed();
            Lapsed($"the lease can't be renewed: {e.Message}");
            return;
        }

        if (_renewed is null)
        {
            services.HostPods.Intercepted();
            Messages.Intercepted(services.Log, target);
            double? unseen = _unseenSince is { } since ? services.Time.GetElapsedTime(since).TotalSeconds : null;
            events.Write(RedirectEvents.HostPodsResumed(services.Time.GetUtcNow(), target, unseen));
        }

        (_renewed, _unseenSince, _lastReason) = (services.Time.GetTimestamp(), null, null);
    }

    // Even without a lease of ours, an earlier watch may have left one.
    private void End(string reason, Action end)
    {
        try
        {
            end();
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            services.HostPods.Failed();
            reason = $"{reason} (the lease could not be deleted and ends by itself: {e.Message})";
        }

        Lapsed(reason);
    }

    // This process did not run for longer than the lease, so the kernel has ended it.
    private void NoticeLapse()
    {
        if (_renewed is { } renewed && services.Time.GetElapsedTime(renewed) is var age && age >= LeaseTable.Lease)
        {
            Lapsed($"the watch did not run for {age.TotalSeconds:0.0} s", age - LeaseTable.Lease);
        }
    }

    private void Lapsed(string reason, TimeSpan ago = default)
    {
        if (_renewed is null)
        {
            LogOnce(reason);
            return;
        }

        _renewed = null;
        _unseenSince = services.Time.GetTimestamp() - (long)(ago.TotalSeconds * services.Time.TimestampFrequency);
        services.HostPods.Lapsed();
        LogOnce(reason);
        var now = services.Time.GetUtcNow();
        events.Write(RedirectEvents.HostPodsLapsed(now, now - ago, reason));
    }

    private void LogOnce(string reason)
    {
        if (reason != _lastReason)
        {
            Messages.Lapsed(services.Log, reason);
        }

        _lastReason = reason;
    }

    private static partial class Messages
    {
        [LoggerMessage(EventName = "HostPodsIntercepted", Level = LogLevel.Information, Message = "The connections of host pods and of the node itself go to {Target}")]
        public static partial void Intercepted(ILogger log, string target);

        [LoggerMessage(EventName = "HostPodsLapsed", Level = LogLevel.Warning, Message = "Host pods are not intercepted; the node reaches IMDS directly: {Reason}")]
        public static partial void Lapsed(ILogger log, string reason);
    }
}

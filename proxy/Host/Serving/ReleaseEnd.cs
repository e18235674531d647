using System.Text.Json.Nodes;
using ImdsProxy.Audit;
using ImdsProxy.Core.Audit;
using ImdsProxy.Runtime;

namespace ImdsProxy.Serving;

/// <summary>
/// Notices by the mark in kubelet's mount that this release is being uninstalled. The policy that is kept on the node is then
/// removed, and a ConfigMap that is deleted with the release raises no alarm.
/// </summary>
/// <param name="files">The override that carries the mark.</param>
/// <param name="audit">Where the uninstall is recorded.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Where it is told.</param>
internal sealed partial class ReleaseEnd(OverrideFiles files, IAuditLog audit, TimeProvider time, ILogger<ReleaseEnd> logger)
{
    private long _until = DateTimeOffset.MinValue.UtcTicks;

    // A mark that was there from the start may be that of a release before, on its way out.
    private bool _wasWithout;

    /// <summary>Whether the release is being uninstalled. Holds until the mark's time, though its files may go before.</summary>
    public bool IsNear => time.GetUtcNow().UtcTicks < Interlocked.Read(ref _until);

    /// <summary>Follows the files until cancelled.</summary>
    /// <param name="forget">Removes what the release keeps on the node.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task RunAsync(Func<Task> forget, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(FileWatch.Interval, time);
        try
        {
            do
            {
                await LookAsync(forget);
            }
            while (await timer.WaitForNextTickAsync(cancellation));
        }
        catch (OperationCanceledException)
        {
            // The proxy ends.
        }
    }

    private async Task LookAsync(Func<Task> forget)
    {
        var now = files.Current();
        _wasWithout |= !now.Uninstalling;
        if (!now.Uninstalling || !_wasWithout)
        {
            return;
        }

        var isNews = !IsNear;
        Interlocked.Exchange(ref _until, now.Until.UtcTicks);
        if (isNews)
        {
            Log.Uninstalling(logger, now.Until, now.Reason);
            await forget();
            await audit.WriteAsync(new AuditEvent(time.GetUtcNow(), "uninstalling", new JsonObject
            {
                ["reason"] = now.Reason,
                ["until"] = now.Until.UtcDateTime.ToString("O"),
            }));
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventName = "Uninstalling", Level = LogLevel.Information, Message = "The release is being uninstalled ({Reason}): the last good policy is no longer kept on this node; this counts until {Until:O}")]
        public static partial void Uninstalling(ILogger logger, DateTimeOffset until, string reason);
    }
}

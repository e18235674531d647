using System.Text.Json.Nodes;
using ImdsProxy.Audit;
using ImdsProxy.Core.Audit;
using ImdsProxy.Runtime;

namespace ImdsProxy.Serving;

/// <summary>
/// Detects that this release is being uninstalled, from a mark in the override directory. The policy kept on the node is then removed,
/// and the deletion of the policy's ConfigMap raises no alarm.
/// </summary>
/// <param name="files">The override files that contain the mark.</param>
/// <param name="audit">Records the uninstall.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Logs the uninstall.</param>
internal sealed partial class ReleaseEnd(OverrideFiles files, IAuditLog audit, TimeProvider time, ILogger<ReleaseEnd> logger)
{
    private long _until = DateTimeOffset.MinValue.UtcTicks;

    // A mark that exists from the start may be a leftover of an earlier release.
    private bool _wasWithout;

    /// <summary>Whether the release is being uninstalled. True until the time in the mark, even if its files are removed earlier.</summary>
    public bool IsNear => time.GetUtcNow().UtcTicks < Interlocked.Read(ref _until);

    /// <summary>Follows the files until cancelled.</summary>
    /// <param name="forget">Removes the policy that the release keeps on the node.</param>
    /// <param name="cancellation">Stops following the files.</param>
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
        [LoggerMessage(EventName = "Uninstalling", Level = LogLevel.Information, Message = "The release is being uninstalled ({Reason}): until {Until:O} this node keeps no policy for a restart")]
        public static partial void Uninstalling(ILogger logger, DateTimeOffset until, string reason);
    }
}

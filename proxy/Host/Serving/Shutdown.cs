using ImdsProxy.Audit;
using ImdsProxy.Core.Audit;
using ImdsProxy.Enforce;
using ImdsProxy.Forward;
using ImdsProxy.HostPods;
using ImdsProxy.Listen;
using ImdsProxy.Management;
using ImdsProxy.Serving.Cluster;

namespace ImdsProxy.Serving;

/// <summary>Ends a proxy, also after a failed start. Only this class defines the order in which the parts end.</summary>
internal sealed class Shutdown(
    AuditLog audit, Summaries summaries, Forwarder forwarder, ClusterParts? cluster, HostCallers? host, Followers followers, TimeSpan drainTimeout, TimeProvider time)
{
    // Enough for an OTLP receiver that responds. The drain may have used up all other time.
    private static readonly TimeSpan LeastFlush = TimeSpan.FromSeconds(1);

    /// <summary>
    /// 1. The data listener drains. Requests in flight still need every other part.
    /// 2. The followers end, so that policy, callers and override no longer change.
    /// 3. The open summaries are written, then the last event of the log. The log is flushed and closed.
    /// 4. The management listener ends. Flushing the log may take a while, so the management listener answers probes until then.
    /// 5. The connections to the API server and to IMDS close.
    /// </summary>
    public async ValueTask RunAsync(DataListener? data, ManagementListener? management)
    {
        var began = time.GetTimestamp();
        if (data is not null)
        {
            using var drain = new CancellationTokenSource(drainTimeout, time);
            await data.StopAsync(drain.Token);
            await data.DisposeAsync();
        }

        await followers.DisposeAsync();
        await summaries.DisposeAsync();
        await audit.WriteAsync(new AuditEvent(time.GetUtcNow(), "stopped", []));
        var left = drainTimeout - time.GetElapsedTime(began);
        await audit.CloseAsync(left > LeastFlush ? left : LeastFlush);
        if (management is not null)
        {
            await management.DisposeAsync();
        }

        cluster?.Dispose();
        host?.Dispose();
        forwarder.Dispose();
    }
}

using System.Net;

namespace ImdsProxy.Identify;

/// <summary>
/// Looks up awaited addresses directly in the API server, in case the watch lags. The proxy sends only one query at a
/// time and at most one a second, so a failed lookup is not repeated within a second.
/// </summary>
/// <param name="index">Receives the results.</param>
/// <param name="list">Lists this node's pods that have an address.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The logger for failures.</param>
internal sealed partial class LiveLookup(
    PodIndex index,
    Func<IPAddress, CancellationToken, Task<IReadOnlyCollection<PodRecord>>> list,
    TimeProvider time,
    ILogger<LiveLookup> logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        await foreach (var address in index.Awaited.Asked.ReadAllAsync(cancellation))
        {
            if (!index.Awaited.IsAwaited(address))
            {
                continue;
            }

            await AskAsync(address, cancellation);
            await Task.Delay(Pause, time, cancellation);
            if (index.Awaited.IsAwaited(address))
            {
                index.Awaited.AskFor(address);
            }
        }
    }

    private async Task AskAsync(IPAddress address, CancellationToken cancellation)
    {
        if (!index.IsReady)
        {
            return;
        }

        try
        {
            foreach (var pod in await list(address, cancellation))
            {
                index.Learn(pod);
            }
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            Log.Failed(logger, address, e.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventName = "LiveLookupFailed", Level = LogLevel.Debug, Message = "The live lookup of {Address} failed: {Failure}")]
        public static partial void Failed(ILogger logger, IPAddress address, string failure);
    }
}

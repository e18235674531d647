using ImdsProxy.Redirect.Applying;
using ImdsProxy.Redirect.Node;

namespace ImdsProxy.Redirect.Watching;

/// <summary>Prepares a watch. A program that fails is run again, but a refusal is final.</summary>
internal static partial class WatchPreparation
{
    public static async Task<PreparedRedirect> RunAsync(RedirectSettings settings, RedirectServices services, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return await new Preparation(settings, services).RunAsync(cancellation);
            }
            catch (Exception e) when (e is IptablesFailure or TimeoutException or IOException)
            {
                services.Metrics.Failed();
                NotReady(services.Log, e.Message);
                await Task.Delay(settings.Interval, services.Time, cancellation);
            }
        }
    }

    [LoggerMessage(EventName = "RedirectNotPrepared", Level = LogLevel.Error, Message = "The node could not be inspected; retrying soon: {Message}")]
    private static partial void NotReady(ILogger log, string message);
}

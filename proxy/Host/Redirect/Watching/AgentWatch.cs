using ImdsProxy.Redirect.Kernel;
using ImdsProxy.Runtime;

namespace ImdsProxy.Redirect.Watching;

/// <summary>
/// Looks for Azure's Guest Proxy Agent, which can be installed at any time. The finding is a metric and a log message. It does not
/// change readiness, because a rollout must not stop on an inference.
/// </summary>
internal sealed partial class AgentWatch(RedirectServices services, Func<CancellationToken, Task<bool?>> intercepts)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private bool _was;

    public AgentWatch(RedirectServices services)
        : this(services, GuestProxyAgent.InterceptsNodeAsync)
    {
    }

    /// <summary>Looks until cancelled.</summary>
    public Task RunAsync(CancellationToken cancellation) => Repeat.EveryAsync(Interval, services.Time, LookAsync, cancellation);

    private async Task LookAsync(CancellationToken cancellation)
    {
        // If IMDS does not answer, the last finding stays.
        if (await intercepts(cancellation) is not { } found)
        {
            return;
        }

        services.Metrics.AgentIntercepts(found);
        if (found && !_was)
        {
            Messages.AgentFound(services.Log);
        }

        _was = found;
    }

    private static partial class Messages
    {
        [LoggerMessage(EventName = "GuestProxyAgentFound", Level = LogLevel.Error, Message = "Azure's Guest Proxy Agent takes this node's connections to IMDS before the redirect: pods' requests do not reach the proxy. Run imds-proxy doctor, and read docs/redirect.md#guest-proxy-agent")]
        public static partial void AgentFound(ILogger log);
    }
}

using ImdsProxy.Kubernetes;
using ImdsProxy.Kubernetes.Events;
using ImdsProxy.Kubernetes.Nodes;
using ImdsProxy.Kubernetes.Objects;
using ImdsProxy.Runtime;

namespace ImdsProxy.Serving.Cluster;

/// <summary>Removes the startup taint when the proxy is ready and the redirect reports that its rules are in place.</summary>
internal sealed partial class ClusterStartupTaint
{
    private readonly KubeClient _client;
    private readonly string _key;
    private readonly EventReporter? _reporter;
    private readonly ILogger<ClusterStartupTaint> _logger;
    private readonly StartupTaint _taint;

    /// <param name="client">The API server.</param>
    /// <param name="node">This node's name.</param>
    /// <param name="options">The taint.</param>
    /// <param name="notReady">The reason why the proxy is not ready with a policy in force, or null.</param>
    /// <param name="reporter">Composes the Event on the node; null for no Event.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logging">Creates the loggers.</param>
    public ClusterStartupTaint(
        KubeClient client, string node, StartupTaintOptions options, Func<string?> notReady, EventReporter? reporter, TimeProvider time, ILoggerFactory logging)
    {
        (_client, _key, _reporter) = (client, options.Key, reporter);
        _logger = logging.CreateLogger<ClusterStartupTaint>();
        var redirect = options.RedirectState is { } path ? new RedirectReportFile(path, time) : null;
        _taint = new StartupTaint(
            client, node, options.Key, () => notReady() ?? redirect?.Doubt(), RemovedAsync, time, Random.Shared, logging.CreateLogger<StartupTaint>());
    }

    /// <summary>The reason why the taint may still be on the node, or null once it is removed.</summary>
    public string? Pending => _taint.Pending;

    /// <summary>Runs until cancelled.</summary>
    public Task RunAsync(CancellationToken cancellation) => _taint.RunAsync(cancellation);

    private async Task RemovedAsync(NodeObject node, CancellationToken cancellation)
    {
        if (_reporter is null)
        {
            return;
        }

        try
        {
            await _client.CreateAsync(_reporter.OfStartupTaint(node, _key), cancellation);
        }
        catch (KubeException e)
        {
            Log.NotReported(_logger, node.Metadata.Name, e.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventName = "StartupTaintEventNotCreated", Level = LogLevel.Warning, Message = "The Event about the node {Node} could not be created: {Failure}")]
        public static partial void NotReported(ILogger logger, string node, string failure);
    }
}

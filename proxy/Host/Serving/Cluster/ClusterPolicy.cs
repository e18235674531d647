using ImdsProxy.Kubernetes;
using ImdsProxy.Kubernetes.Events;
using ImdsProxy.Kubernetes.Objects;
using ImdsProxy.PolicySource;

namespace ImdsProxy.Serving.Cluster;

/// <summary>The policy from a ConfigMap, followed by one watch.</summary>
internal sealed partial class ClusterPolicy
{
    private readonly KubeClient _client;
    private readonly ConfigMapName _name;
    private readonly EventReporter _reporter;
    private readonly ListWatch<ConfigMapObject> _watch;
    private readonly ConfigMapSink _sink;
    private readonly ConfigMapPolicy _policy;
    private readonly ILogger<ClusterPolicy> _logger;

    public ClusterPolicy(
        KubeClient client, ConfigMapName name, ActivePolicy policy, LastGoodStore? store, Func<bool> leaving, EventReporter reporter, TimeProvider time, ILoggerFactory logging)
    {
        (_client, _name, _reporter) = (client, name, reporter);
        _logger = logging.CreateLogger<ClusterPolicy>();
        _sink = new ConfigMapSink(name, time);
        _policy = new ConfigMapPolicy(name, policy, store, leaving, ReportAsync);
        _watch = new ListWatch<ConfigMapObject>(
            client, KubeResources.ConfigMap(name.Namespace, name.Name), _sink, new ListWatchOptions(), time, Random.Shared, logging.CreateLogger<ListWatch<ConfigMapObject>>());
    }

    /// <summary>The health of the watch that updates the policy.</summary>
    public ListWatchHealth Health => _watch.Health;

    /// <summary>Puts the last valid policy kept on this node into force.</summary>
    public Task RestoreAsync() => _policy.RestoreAsync();

    /// <summary>Runs until cancelled.</summary>
    public Task RunAsync(CancellationToken cancellation) => Task.WhenAll(_watch.RunAsync(cancellation), TakeAllAsync(cancellation));

    private async Task TakeAllAsync(CancellationToken cancellation)
    {
        await foreach (var content in _sink.Newest.ReadAllAsync(cancellation))
        {
            try
            {
                await _policy.TakeAsync(content, cancellation);
            }
            catch (Exception e) when (!cancellation.IsCancellationRequested)
            {
                Log.NotTaken(_logger, _name.ToString(), e);
            }
        }
    }

    private async Task ReportAsync(ConfigMapContent content, string errors, CancellationToken cancellation)
    {
        try
        {
            await _client.CreateAsync(_reporter.OfRefusedPolicy(_name.Namespace, _name.Name, content.Uid, errors), cancellation);
        }
        catch (KubeException e)
        {
            Log.NotReported(_logger, _name.ToString(), e.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventName = "PolicyEventNotCreated", Level = LogLevel.Warning, Message = "The Event about the ConfigMap {Name} could not be created: {Failure}")]
        public static partial void NotReported(ILogger logger, string name, string failure);

        [LoggerMessage(EventName = "PolicyNotTaken", Level = LogLevel.Error, Message = "The policy could not be loaded from the ConfigMap {Name}")]
        public static partial void NotTaken(ILogger logger, string name, Exception exception);
    }
}

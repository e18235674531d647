using ImdsProxy.Kubernetes;
using ImdsProxy.Kubernetes.Objects;
using ImdsProxy.PolicySource;
using ImdsProxy.Runtime;

namespace ImdsProxy.Serving.Cluster;

/// <summary>
/// The break-glass ConfigMap, followed by a watch, because kubelet updates its mount only after a minute. The watch controls
/// only the mode, which the proxy applies itself. The redirect decides from the mount whether to lift the rules.
/// </summary>
internal sealed class ClusterOverride
{
    // Kubelet updates the mount within this time. After that, the mount may be newer than a disconnected watch.
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(2);

    private readonly OverrideSink _sink;
    private readonly OverrideFiles _mode;
    private readonly ListWatch<ConfigMapObject> _watch;

    public ClusterOverride(KubeClient client, ConfigMapName name, ListWatchOptions options, TimeProvider time, ILoggerFactory logging)
    {
        _sink = new OverrideSink(name.Name);
        _mode = OverrideFiles.Mode(_sink.Read, time);
        _watch = new ListWatch<ConfigMapObject>(
            client, KubeResources.ConfigMap(name.Namespace, name.Name), _sink, options, time, Random.Shared, logging.CreateLogger<ListWatch<ConfigMapObject>>());
    }

    /// <summary>The health of the watch that updates the override.</summary>
    public ListWatchHealth Health => _watch.Health;

    /// <summary>The override that the ConfigMap requests now; null while the watch is disconnected, so that the mount applies.</summary>
    public Override? Current() => Health.Staleness < Fresh ? _mode.Current() : null;

    /// <summary>Runs until cancelled.</summary>
    public Task RunAsync(CancellationToken cancellation) => _watch.RunAsync(cancellation);
}

using ImdsProxy.Kubernetes;
using ImdsProxy.Kubernetes.Objects;
using ImdsProxy.PolicySource;
using ImdsProxy.Runtime;

namespace ImdsProxy.Serving.Cluster;

/// <summary>
/// The break-glass ConfigMap, followed by one watch, because kubelet updates its mount a minute later. The watch counts for the
/// mode alone, which the proxy applies itself. The redirect reads from the mount whether to lift the rules.
/// </summary>
internal sealed class ClusterOverride
{
    // Kubelet updates the mount within this time, so from then on the mount may be newer than a watch that heard nothing.
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(2);

    private readonly OverrideSink _sink;
    private readonly OverrideFiles _mode;
    private readonly ListWatch<ConfigMapObject> _watch;

    public ClusterOverride(KubeClient client, ConfigMapName name, ListWatchOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        _sink = new OverrideSink(name.Name);
        _mode = OverrideFiles.Mode(_sink.Read, time);
        _watch = new ListWatch<ConfigMapObject>(
            client, KubeResources.ConfigMap(name.Namespace, name.Name), _sink, options, time, Random.Shared, loggers.CreateLogger<ListWatch<ConfigMapObject>>());
    }

    /// <summary>How fresh it is.</summary>
    public ListWatchHealth Health => _watch.Health;

    /// <summary>What the ConfigMap asks for now; null while the watch can't tell, so that the mount decides.</summary>
    public Override? Current() => Health.Staleness < Fresh ? _mode.Current() : null;

    /// <summary>Runs until cancelled.</summary>
    public Task RunAsync(CancellationToken cancellation) => _watch.RunAsync(cancellation);
}

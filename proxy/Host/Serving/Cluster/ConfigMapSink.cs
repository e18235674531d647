using System.Threading.Channels;
using ImdsProxy.Kubernetes;
using ImdsProxy.Kubernetes.Objects;
using ImdsProxy.PolicySource;

namespace ImdsProxy.Serving.Cluster;

/// <summary>Passes the newest state of a ConfigMap to the policy. Older states that the policy has not yet taken are dropped.</summary>
internal sealed class ConfigMapSink(ConfigMapName name, TimeProvider time) : IListWatchSink<ConfigMapObject>
{
    private readonly Channel<ConfigMapContent?> _newest = Channel.CreateBounded<ConfigMapContent?>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    public ChannelReader<ConfigMapContent?> Newest => _newest.Reader;

    public void Replace(IReadOnlyCollection<ConfigMapObject> all, string resourceVersion) =>
        _newest.Writer.TryWrite(all.FirstOrDefault(IsMeant) is { } map ? Content(map) : null);

    public void Upsert(ConfigMapObject subject)
    {
        if (IsMeant(subject))
        {
            _newest.Writer.TryWrite(Content(subject));
        }
    }

    public void Delete(ConfigMapObject subject)
    {
        if (IsMeant(subject))
        {
            _newest.Writer.TryWrite(null);
        }
    }

    public void Reached(string resourceVersion)
    {
    }

    private bool IsMeant(ConfigMapObject map) => map.Metadata.Name == name.Name;

    private ConfigMapContent Content(ConfigMapObject map) => new(
        map.Metadata.Uid,
        map.Metadata.ResourceVersion,
        map.Data ?? [],
        [.. (map.Metadata.ManagedFields ?? []).OrderByDescending(static entry => entry.Time).Select(static entry => entry.Manager).OfType<string>().Distinct(StringComparer.Ordinal)],
        time.GetUtcNow());
}

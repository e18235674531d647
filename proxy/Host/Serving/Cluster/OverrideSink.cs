using ImdsProxy.Kubernetes;
using ImdsProxy.Kubernetes.Objects;

namespace ImdsProxy.Serving.Cluster;

/// <summary>Holds the newest texts of one ConfigMap.</summary>
internal sealed class OverrideSink(string name) : IListWatchSink<ConfigMapObject>
{
    private volatile Dictionary<string, string>? _texts;

    /// <summary>The text of a key, or null.</summary>
    public string? Read(string key) => _texts?.GetValueOrDefault(key);

    public void Replace(IReadOnlyCollection<ConfigMapObject> all, string resourceVersion) => _texts = all.FirstOrDefault(IsMeant)?.Data;

    public void Upsert(ConfigMapObject subject)
    {
        if (IsMeant(subject))
        {
            _texts = subject.Data;
        }
    }

    public void Delete(ConfigMapObject subject)
    {
        if (IsMeant(subject))
        {
            _texts = null;
        }
    }

    public void Reached(string resourceVersion)
    {
    }

    private bool IsMeant(ConfigMapObject map) => map.Metadata.Name == name;
}

namespace ImdsProxy.Kubernetes.Objects;

/// <summary>A ConfigMap's text entries.</summary>
internal sealed class ConfigMapObject : KubeObject
{
    public Dictionary<string, string>? Data { get; init; }
}

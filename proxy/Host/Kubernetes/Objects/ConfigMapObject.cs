namespace ImdsProxy.Kubernetes.Objects;

/// <summary>A ConfigMap's texts.</summary>
internal sealed class ConfigMapObject : KubeObject
{
    public Dictionary<string, string>? Data { get; init; }
}

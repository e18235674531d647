namespace ImdsProxy.Kubernetes.Objects;

/// <summary>The part that all API objects share.</summary>
internal class KubeObject
{
    public ObjectMeta Metadata { get; init; } = new();
}

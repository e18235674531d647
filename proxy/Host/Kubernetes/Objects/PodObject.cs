namespace ImdsProxy.Kubernetes.Objects;

/// <summary>The fields of a pod that the proxy reads.</summary>
internal sealed class PodObject : KubeObject
{
    public PodSpec Spec { get; init; } = new();

    public PodStatus Status { get; init; } = new();
}

namespace ImdsProxy.Kubernetes.Objects;

/// <summary>The fields of a node that the proxy reads.</summary>
internal sealed class NodeObject : KubeObject
{
    public NodeSpec Spec { get; init; } = new();
}

namespace ImdsProxy.Kubernetes.Objects;

/// <summary>The fields of a node that are read.</summary>
internal sealed class NodeObject : KubeObject
{
    public NodeSpec Spec { get; init; } = new();
}

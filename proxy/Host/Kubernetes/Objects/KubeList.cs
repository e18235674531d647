namespace ImdsProxy.Kubernetes.Objects;

/// <summary>One page of a list.</summary>
internal sealed class KubeList<T>
{
    public ListMeta Metadata { get; init; } = new();

    // "items": null is how Go writes an empty list.
    public List<T>? Items { get; init; }
}

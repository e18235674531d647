namespace ImdsProxy.Kubernetes.Objects;

/// <summary>One page of a list.</summary>
internal sealed class KubeList<T>
{
    public ListMeta Metadata { get; init; } = new();

    // Go writes an empty list as "items": null.
    public List<T>? Items { get; init; }
}

namespace ImdsProxy.Kubernetes.Objects;

/// <summary>The fields of an object's metadata that the proxy reads.</summary>
internal sealed class ObjectMeta
{
    public string Name { get; init; } = "";

    public string? Namespace { get; init; }

    public string Uid { get; init; } = "";

    public string ResourceVersion { get; init; } = "";

    public DateTimeOffset? DeletionTimestamp { get; init; }

    public Dictionary<string, string>? Labels { get; init; }

    public Dictionary<string, string>? Annotations { get; init; }

    public List<OwnerReference>? OwnerReferences { get; init; }

    public List<ManagedFields>? ManagedFields { get; init; }
}

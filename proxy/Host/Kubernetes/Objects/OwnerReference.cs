namespace ImdsProxy.Kubernetes.Objects;

/// <summary>Who made an object.</summary>
internal sealed record OwnerReference(string? Kind, string? Name, bool? Controller)
{
    public string? Uid { get; init; }
}

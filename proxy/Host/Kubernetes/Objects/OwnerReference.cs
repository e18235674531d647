namespace ImdsProxy.Kubernetes.Objects;

/// <summary>A reference to an object's owner.</summary>
internal sealed record OwnerReference(string? Kind, string? Name, bool? Controller)
{
    public string? Uid { get; init; }
}

namespace ImdsProxy.Kubernetes.Objects;

/// <summary>Rights on resources: each verb on each resource.</summary>
internal sealed class ResourceRule
{
    public List<string> Verbs { get; init; } = [];

    public List<string>? ApiGroups { get; init; }

    public List<string>? Resources { get; init; }

    /// <summary>The names of the objects to which the rights are limited, or null for all objects.</summary>
    public List<string>? ResourceNames { get; init; }
}

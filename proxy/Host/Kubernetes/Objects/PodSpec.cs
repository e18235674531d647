namespace ImdsProxy.Kubernetes.Objects;

/// <summary>The fields of a pod's specification that the proxy reads.</summary>
internal sealed class PodSpec
{
    public string? NodeName { get; init; }

    public string? ServiceAccountName { get; init; }

    public bool HostNetwork { get; init; }
}

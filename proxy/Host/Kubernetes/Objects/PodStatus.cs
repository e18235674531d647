namespace ImdsProxy.Kubernetes.Objects;

/// <summary>The fields of a pod's status that the proxy reads.</summary>
internal sealed class PodStatus
{
    public string? Phase { get; init; }

    public string? HostIP { get; init; }

    public List<PodAddress>? HostIPs { get; init; }

    public string? PodIP { get; init; }

    public List<PodAddress>? PodIPs { get; init; }

    public List<ContainerStatus>? ContainerStatuses { get; init; }

    public List<ContainerStatus>? InitContainerStatuses { get; init; }

    public List<ContainerStatus>? EphemeralContainerStatuses { get; init; }
}

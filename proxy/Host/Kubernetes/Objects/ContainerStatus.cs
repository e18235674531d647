namespace ImdsProxy.Kubernetes.Objects;

/// <summary>A container's status.</summary>
internal sealed record ContainerStatus(ContainerState? State);

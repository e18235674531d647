namespace ImdsProxy.Kubernetes.Objects;

/// <summary>How far a container has come.</summary>
internal sealed record ContainerStatus(ContainerState? State);

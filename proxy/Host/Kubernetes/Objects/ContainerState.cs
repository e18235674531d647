namespace ImdsProxy.Kubernetes.Objects;

/// <summary>A container's state. At most one member is set; if none is, the container is waiting.</summary>
internal sealed record ContainerState(Presence? Running, Presence? Terminated);

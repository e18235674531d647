namespace ImdsProxy.Kubernetes.Objects;

/// <summary>At most one of these is there; none is waiting.</summary>
internal sealed record ContainerState(Presence? Running, Presence? Terminated);

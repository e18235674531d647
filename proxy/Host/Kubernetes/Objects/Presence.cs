namespace ImdsProxy.Kubernetes.Objects;

/// <summary>An object whose being there is all that counts.</summary>
internal sealed record Presence;

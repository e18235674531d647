namespace ImdsProxy.Kubernetes.Objects;

/// <summary>The component and node that report an Event.</summary>
internal sealed record EventSource(string Component, string Host);

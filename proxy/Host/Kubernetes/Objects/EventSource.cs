namespace ImdsProxy.Kubernetes.Objects;

/// <summary>Who reports an Event, and from which node.</summary>
internal sealed record EventSource(string Component, string Host);

namespace ImdsProxy.Kubernetes.Objects;

/// <summary>A JSON object of which only the presence matters.</summary>
internal sealed record Presence;

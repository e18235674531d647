namespace ImdsProxy.Kubernetes.Objects;

/// <summary>A new Event's name. Its namespace is its object's; the API server insists.</summary>
internal sealed record EventMeta(string Name, string Namespace);

namespace ImdsProxy.Kubernetes.Objects;

/// <summary>The metadata of a new Event. The API server requires the namespace of the object that the Event is about.</summary>
internal sealed record EventMeta(string Name, string Namespace);

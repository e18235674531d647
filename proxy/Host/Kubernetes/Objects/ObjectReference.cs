namespace ImdsProxy.Kubernetes.Objects;

/// <summary>The object that an Event is about.</summary>
internal sealed record ObjectReference(string ApiVersion, string Kind, string Namespace, string Name, string Uid);

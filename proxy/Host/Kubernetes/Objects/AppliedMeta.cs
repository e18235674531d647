namespace ImdsProxy.Kubernetes.Objects;

/// <summary>The metadata of an object for server-side apply.</summary>
/// <param name="Name">The object's name.</param>
/// <param name="Namespace">The object's namespace.</param>
/// <param name="OwnerReferences">The owners. Garbage collection deletes the object after the last of them.</param>
internal sealed record AppliedMeta(string Name, string Namespace, List<AppliedOwner> OwnerReferences);

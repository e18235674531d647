namespace ImdsProxy.Kubernetes.Objects;

/// <summary>An owner, as it is written. Without <c>blockOwnerDeletion</c>, for which one would need rights on the owner.</summary>
internal sealed record AppliedOwner(string ApiVersion, string Kind, string Name, string Uid);

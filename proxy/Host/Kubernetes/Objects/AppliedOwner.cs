namespace ImdsProxy.Kubernetes.Objects;

/// <summary>An owner reference to write. It omits <c>blockOwnerDeletion</c>, which would require rights on the owner.</summary>
internal sealed record AppliedOwner(string ApiVersion, string Kind, string Name, string Uid);

namespace ImdsProxy.Kubernetes.Objects;

/// <summary>The metadata of an object that is applied.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Namespace">Its namespace.</param>
/// <param name="OwnerReferences">With the last of these, garbage collection takes it too.</param>
internal sealed record AppliedMeta(string Name, string Namespace, List<AppliedOwner> OwnerReferences);

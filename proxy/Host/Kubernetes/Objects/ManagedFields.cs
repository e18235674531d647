namespace ImdsProxy.Kubernetes.Objects;

/// <summary>The last writer of some of an object's fields. The field names themselves are not read.</summary>
internal sealed record ManagedFields(string? Manager, string? Operation, DateTimeOffset? Time);

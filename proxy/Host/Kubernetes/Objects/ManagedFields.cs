namespace ImdsProxy.Kubernetes.Objects;

/// <summary>Who last wrote which fields of an object; the fields themselves are not read.</summary>
internal sealed record ManagedFields(string? Manager, string? Operation, DateTimeOffset? Time);

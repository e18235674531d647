namespace ImdsProxy.Kubernetes.Objects;

/// <summary>What a failure says beside its message.</summary>
internal sealed record StatusDetails(int? RetryAfterSeconds, List<StatusCause>? Causes);

namespace ImdsProxy.Kubernetes.Objects;

/// <summary>The details of a failure beyond its message.</summary>
internal sealed record StatusDetails(int? RetryAfterSeconds, List<StatusCause>? Causes);

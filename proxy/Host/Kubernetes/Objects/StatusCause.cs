namespace ImdsProxy.Kubernetes.Objects;

/// <summary>One cause of a failure.</summary>
internal sealed record StatusCause(string? Reason);

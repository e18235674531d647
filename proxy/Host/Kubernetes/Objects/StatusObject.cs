namespace ImdsProxy.Kubernetes.Objects;

/// <summary>The API server's description of a failure, in a response or in a watch's ERROR event.</summary>
internal sealed class StatusObject
{
    public string? Message { get; init; }

    public string? Reason { get; init; }

    public int Code { get; init; }

    public StatusDetails? Details { get; init; }
}

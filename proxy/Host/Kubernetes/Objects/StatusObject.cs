namespace ImdsProxy.Kubernetes.Objects;

/// <summary>How the API server reports a failure, as an answer or as a watch's ERROR event.</summary>
internal sealed class StatusObject
{
    public string? Message { get; init; }

    public string? Reason { get; init; }

    public int Code { get; init; }

    public StatusDetails? Details { get; init; }
}

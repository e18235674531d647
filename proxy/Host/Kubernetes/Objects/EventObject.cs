using System.Text.Json.Serialization;

namespace ImdsProxy.Kubernetes.Objects;

/// <summary>A core/v1 Event to create. https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/</summary>
internal sealed record EventObject(
    EventMeta Metadata,
    ObjectReference InvolvedObject,
    string Type,
    string Reason,
    string Message,
    EventSource Source,
    string FirstTimestamp,
    string LastTimestamp,
    int Count,
    string ReportingComponent,
    string ReportingInstance)
{
    [JsonPropertyOrder(-2)]
    public string ApiVersion { get; } = "v1";

    [JsonPropertyOrder(-1)]
    public string Kind { get; } = "Event";
}

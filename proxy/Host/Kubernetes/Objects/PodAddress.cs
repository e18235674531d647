using System.Text.Json.Serialization;

namespace ImdsProxy.Kubernetes.Objects;

/// <summary>An address of a pod or of its host.</summary>
internal sealed record PodAddress([property: JsonPropertyName("ip")] string? Ip);

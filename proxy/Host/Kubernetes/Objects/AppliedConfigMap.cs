using System.Text.Json.Serialization;

namespace ImdsProxy.Kubernetes.Objects;

/// <summary>A core/v1 ConfigMap, as it is applied: what is in it is set, what is not stays as it is.</summary>
internal sealed record AppliedConfigMap(AppliedMeta Metadata, Dictionary<string, string> Data)
{
    [JsonPropertyOrder(-2)]
    public string ApiVersion { get; } = "v1";

    [JsonPropertyOrder(-1)]
    public string Kind { get; } = "ConfigMap";
}

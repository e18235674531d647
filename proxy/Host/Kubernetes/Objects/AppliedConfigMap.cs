using System.Text.Json.Serialization;

namespace ImdsProxy.Kubernetes.Objects;

/// <summary>A core/v1 ConfigMap for server-side apply. Fields that are present are set; all others stay unchanged.</summary>
internal sealed record AppliedConfigMap(AppliedMeta Metadata, Dictionary<string, string> Data)
{
    [JsonPropertyOrder(-2)]
    public string ApiVersion { get; } = "v1";

    [JsonPropertyOrder(-1)]
    public string Kind { get; } = "ConfigMap";
}

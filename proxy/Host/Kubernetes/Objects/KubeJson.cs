using System.Text.Json.Serialization;

namespace ImdsProxy.Kubernetes.Objects;

/// <summary>Reads the few fields that count and skips the rest of each object as it streams by.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(KubeList<PodObject>))]
[JsonSerializable(typeof(KubeList<ConfigMapObject>))]
[JsonSerializable(typeof(StatusObject))]
[JsonSerializable(typeof(EventObject))]
[JsonSerializable(typeof(AppliedConfigMap))]
[JsonSerializable(typeof(NodeObject))]
[JsonSerializable(typeof(KubeObject))]
internal sealed partial class KubeJson : JsonSerializerContext;

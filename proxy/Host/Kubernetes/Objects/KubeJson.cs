using System.Text.Json.Serialization;

namespace ImdsProxy.Kubernetes.Objects;

/// <summary>Reads only the fields in use and skips the rest of each object while it streams.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(KubeList<PodObject>))]
[JsonSerializable(typeof(KubeList<ConfigMapObject>))]
[JsonSerializable(typeof(StatusObject))]
[JsonSerializable(typeof(EventObject))]
[JsonSerializable(typeof(AppliedConfigMap))]
[JsonSerializable(typeof(NodeObject))]
[JsonSerializable(typeof(KubeObject))]
[JsonSerializable(typeof(RulesReview))]
internal sealed partial class KubeJson : JsonSerializerContext;

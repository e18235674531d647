using System.Text.Json.Serialization;

namespace ImdsProxy.Sources.Nodes.Format;

/// <summary>Reads strictly: a member that this version does not know may change what the others mean.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(NodeAnswerEnd))]
[JsonSerializable(typeof(NodeGroup))]
internal sealed partial class NodeJson : JsonSerializerContext;

using System.Text.Json.Serialization;

namespace ImdsProxy.Core.Demands.Carrying;

/// <summary>Reads strictly: a member that this version does not know may change what the others mean.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(CarriedLine))]
internal sealed partial class CarriedJson : JsonSerializerContext;

using System.Text.Json.Serialization;

namespace ImdsProxy.Runtime;

/// <summary>How <see cref="RedirectReport"/> is written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(RedirectReport))]
internal sealed partial class RedirectReportJson : JsonSerializerContext;

using System.Text.Json.Serialization;

namespace ImdsProxy.Runtime;

/// <summary>The JSON form of <see cref="RedirectReport"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(RedirectReport))]
internal sealed partial class RedirectReportJson : JsonSerializerContext;

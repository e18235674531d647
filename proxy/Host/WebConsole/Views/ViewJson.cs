using System.Text.Json;
using System.Text.Json.Serialization;

namespace ImdsProxy.WebConsole.Views;

/// <summary>The JSON of the views. The answers of commands keep the shape of <c>-o json</c>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StateJson))]
[JsonSerializable(typeof(AccessJson))]
[JsonSerializable(typeof(ExposureJson))]
[JsonSerializable(typeof(DraftRequest))]
[JsonSerializable(typeof(DraftBase))]
[JsonSerializable(typeof(DraftCheck))]
[JsonSerializable(typeof(ExplainAnswer))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class ViewJson : JsonSerializerContext;

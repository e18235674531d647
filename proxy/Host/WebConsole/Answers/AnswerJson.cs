using System.Text.Json.Serialization;

namespace ImdsProxy.WebConsole.Answers;

/// <summary>The JSON of errors and sessions.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ProblemJson))]
[JsonSerializable(typeof(SessionRequest))]
[JsonSerializable(typeof(SessionAnswer))]
internal sealed partial class AnswerJson : JsonSerializerContext;

/// <summary>An error.</summary>
/// <param name="Error">Its name.</param>
/// <param name="ErrorDescription">The cause and the cure.</param>
internal sealed record ProblemJson(string Error, [property: JsonPropertyName("error_description")] string ErrorDescription);

/// <summary>The one-time token of a printed URL.</summary>
internal sealed record SessionRequest(string? Token);

/// <summary>The bearer token of all later requests.</summary>
internal sealed record SessionAnswer(string Bearer, string Version);

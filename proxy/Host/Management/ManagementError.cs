using System.Text.Json.Serialization;

namespace ImdsProxy.Management;

/// <summary>The body of an error, in the same form as the body of a denial.</summary>
internal sealed record ManagementError(string Error, [property: JsonPropertyName("error_description")] string Description);

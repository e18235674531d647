using System.Text.Json.Serialization;

namespace ImdsProxy.Management;

/// <summary>The body of an answer that says no; the same shape as a denial's.</summary>
internal sealed record ManagementError(string Error, [property: JsonPropertyName("error_description")] string Description);

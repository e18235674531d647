using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ImdsProxy.Management;

/// <summary>The JSON of the management listener.</summary>
[JsonSerializable(typeof(HealthAnswer))]
[JsonSerializable(typeof(PolicyStatus))]
[JsonSerializable(typeof(ManagementError))]
internal sealed partial class ManagementJson : JsonSerializerContext
{
    // Keeps apostrophes readable. None of this is ever put into HTML.
    public static ManagementJson Plain { get; } = new(new JsonSerializerOptions
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    });
}

using System.Text.Json;

namespace ImdsProxy.Commands.Demo;

/// <summary>The response that a pod received.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">The JSON body, or default if the body is not JSON.</param>
internal sealed record PodAnswer(int Status, JsonElement Body)
{
    private const int ShownOfToken = 12;

    /// <summary>The start of the token and its length, never the whole token; null if there is no token.</summary>
    public string? Token =>
        Text("access_token") is { Length: > ShownOfToken } token ? $"{token[..ShownOfToken]}… ({token.Length} characters)" : null;

    /// <summary>The denial's message to the application, or null.</summary>
    public string? ErrorDescription => Text("error_description");

    /// <summary>Returns the value of a VM tag in an instance document, or null.</summary>
    public string? Tag(string name)
    {
        if (Body.ValueKind != JsonValueKind.Object || !Body.TryGetProperty("compute", out var compute) || !compute.TryGetProperty("tagsList", out var tags))
        {
            return null;
        }

        return tags.EnumerateArray()
            .Where(tag => tag.GetProperty("name").ValueEquals(name))
            .Select(tag => tag.GetProperty("value").GetString())
            .FirstOrDefault();
    }

    private string? Text(string name) =>
        Body.ValueKind == JsonValueKind.Object && Body.TryGetProperty(name, out var value) ? value.GetString() : null;
}

using System.Buffers.Text;
using System.Text.Json;

namespace ImdsProxy.Kubernetes;

/// <summary>
/// Reads the account from a service account's token. The kubelet mounted the token, so its signature is not checked. The
/// token itself is neither stored nor logged.
/// </summary>
internal static class TokenAccount
{
    /// <summary>
    /// Returns the UID of the service account, or null if the token lacks that claim. If a release creates its own account, an
    /// upgrade keeps the UID, and a new installation gets a different UID.
    /// </summary>
    public static string? UidOf(KubeToken token)
    {
        try
        {
            return UidOf(token.Read());
        }
        catch (KubeException)
        {
            // The first request to the API server needs the same file and reports the failure.
            return null;
        }
    }

    /// <inheritdoc cref="UidOf(KubeToken)"/>
    public static string? UidOf(string? token)
    {
        if (token?.Split('.') is not [_, var claims, _])
        {
            return null;
        }

        try
        {
            using var parsed = JsonDocument.Parse(Base64Url.DecodeFromChars(claims));
            return Member(Member(Member(parsed.RootElement, "kubernetes.io"), "serviceaccount"), "uid") is { ValueKind: JsonValueKind.String } uid
                ? uid.GetString()
                : null;
        }
        catch (Exception e) when (e is FormatException or JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static JsonElement? Member(JsonElement? parent, string name) =>
        parent is { ValueKind: JsonValueKind.Object } map && map.TryGetProperty(name, out var member) ? member : null;
}

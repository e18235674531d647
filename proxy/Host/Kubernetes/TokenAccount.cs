using System.Buffers.Text;
using System.Text.Json;

namespace ImdsProxy.Kubernetes;

/// <summary>
/// Reads the account from a service account's token. Kubelet mounted the token, so its signature is not checked. The token
/// itself is neither kept nor told.
/// </summary>
internal static class TokenAccount
{
    /// <summary>
    /// The UID of the service account, which lives as long as a release that makes its own: an upgrade keeps it, a new install
    /// makes another. Null for a token without that claim.
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

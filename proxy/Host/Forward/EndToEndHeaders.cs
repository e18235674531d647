using System.Collections.Frozen;

namespace ImdsProxy.Forward;

/// <summary>The headers of an answer that belong to the answer, not to the connection it came by (RFC 9110, 7.6.1).</summary>
internal static class EndToEndHeaders
{
    private static readonly FrozenSet<string> OfTheConnection = FrozenSet.ToFrozenSet(
        ["Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "Content-Length"],
        StringComparer.OrdinalIgnoreCase);

    public static IReadOnlyList<KeyValuePair<string, string[]>> Of(HttpResponseMessage response) =>
    [
        .. response.Headers.Concat(response.Content.Headers)
            .Where(header => !OfTheConnection.Contains(header.Key))
            .Select(header => KeyValuePair.Create(header.Key, header.Value.ToArray())),
    ];
}

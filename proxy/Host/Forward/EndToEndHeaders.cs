using System.Collections.Frozen;
using Microsoft.Extensions.Primitives;

namespace ImdsProxy.Forward;

/// <summary>The headers of an answer that may go on to a caller.</summary>
internal static class EndToEndHeaders
{
    // RFC 9110, 7.6.1: these belong to the connection it came by.
    private static readonly FrozenSet<string> OfTheConnection = FrozenSet.ToFrozenSet(
        ["Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "Content-Length"],
        StringComparer.OrdinalIgnoreCase);

    // These belong to the one request that IMDS saw, or to the moment of its answer.
    private static readonly FrozenSet<string> OfTheRequest = FrozenSet.ToFrozenSet(
        ["Date", "Age", "Set-Cookie", "x-ms-client-request-id", "x-ms-request-id", "x-ms-correlation-request-id", "x-ms-return-client-request-id", "traceparent", "Request-Id"],
        StringComparer.OrdinalIgnoreCase);

    /// <param name="response">IMDS's.</param>
    /// <param name="shared">Whether it may be served to requests other than the one that was sent.</param>
    public static KeyValuePair<string, StringValues>[] Of(HttpResponseMessage response, bool shared) =>
    [
        .. response.Headers.Concat(response.Content.Headers)
            .Where(header => !OfTheConnection.Contains(header.Key) && !(shared && OfTheRequest.Contains(header.Key)))
            .Select(header => KeyValuePair.Create(header.Key, new StringValues(header.Value.ToArray()))),
    ];
}

using System.Collections.Frozen;
using System.Net.Http.Headers;
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

    // What clients read of an error (MSAL looks for IMDS in Server), and nothing in which a credential could hide.
    private static readonly FrozenSet<string> OfAnError = FrozenSet.ToFrozenSet(
        ["Server", "Date", "Retry-After", "x-ms-client-request-id", "x-ms-request-id", "x-ms-correlation-request-id"],
        StringComparer.OrdinalIgnoreCase);

    private static readonly KeyValuePair<string, StringValues> Json = new("Content-Type", "application/json");

    /// <summary>The headers of an error whose body is built anew.</summary>
    /// <inheritdoc cref="Of"/>
    public static KeyValuePair<string, StringValues>[] OfError(HttpResponseMessage response, bool shared) =>
        [Json, .. Of(response, shared).Where(static header => OfAnError.Contains(header.Key))];

    /// <param name="response">IMDS's.</param>
    /// <param name="shared">Whether it may be served to requests other than the one that was sent.</param>
    public static KeyValuePair<string, StringValues>[] Of(HttpResponseMessage response, bool shared)
    {
        // As they came: nothing here needs them taken apart.
        var headers = new List<KeyValuePair<string, StringValues>>(response.Headers.NonValidated.Count + response.Content.Headers.NonValidated.Count);
        Add(headers, response.Headers.NonValidated, shared);
        Add(headers, response.Content.Headers.NonValidated, shared);
        return [.. headers];
    }

    private static void Add(List<KeyValuePair<string, StringValues>> to, HttpHeadersNonValidated headers, bool shared)
    {
        foreach (var header in headers)
        {
            if (!OfTheConnection.Contains(header.Key) && !(shared && OfTheRequest.Contains(header.Key)))
            {
                to.Add(KeyValuePair.Create(header.Key, header.Value.Count == 1 ? new StringValues(header.Value.ToString()) : new StringValues([.. header.Value])));
            }
        }
    }
}

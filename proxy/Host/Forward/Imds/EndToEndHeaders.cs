using System.Collections.Frozen;
using System.Net.Http.Headers;
using Microsoft.Extensions.Primitives;

namespace ImdsProxy.Forward.Imds;

/// <summary>Selects the headers of an answer that may be passed on to a caller.</summary>
internal static class EndToEndHeaders
{
    // These headers belong to the connection between the proxy and IMDS (RFC 9110, 7.6.1).
    private static readonly FrozenSet<string> OfTheConnection = FrozenSet.ToFrozenSet(
        ["Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "Content-Length"],
        StringComparer.OrdinalIgnoreCase);

    // These headers belong to the request that IMDS received, or to the time of its answer.
    private static readonly FrozenSet<string> OfTheRequest = FrozenSet.ToFrozenSet(
        ["Date", "Age", "Set-Cookie", "x-ms-client-request-id", "x-ms-request-id", "x-ms-correlation-request-id", "x-ms-return-client-request-id", "traceparent", "Request-Id"],
        StringComparer.OrdinalIgnoreCase);

    // The headers that clients read from an error (MSAL detects IMDS by Server). A credential can't hide in them.
    private static readonly FrozenSet<string> OfAnError = FrozenSet.ToFrozenSet(
        ["Server", "Date", "Retry-After", "x-ms-client-request-id", "x-ms-request-id", "x-ms-correlation-request-id"],
        StringComparer.OrdinalIgnoreCase);

    private static readonly KeyValuePair<string, StringValues> Json = new("Content-Type", "application/json");

    /// <summary>The headers of an error whose body is rebuilt.</summary>
    /// <inheritdoc cref="Of"/>
    public static KeyValuePair<string, StringValues>[] OfError(HttpResponseMessage response, bool shared) =>
        [Json, .. Of(response, shared).Where(static header => OfAnError.Contains(header.Key))];

    /// <param name="response">The response from IMDS.</param>
    /// <param name="shared">Whether the answer may be served to other requests too.</param>
    public static KeyValuePair<string, StringValues>[] Of(HttpResponseMessage response, bool shared)
    {
        // The headers stay unparsed, because this class does not need the parsed values.
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

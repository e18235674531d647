using System.Collections.Immutable;
using System.Globalization;

namespace ImdsProxy.Core.Requests;

/// <summary>
/// Checks the headers that make a request malformed and those that mark it as relayed. Other headers do not matter, and only a
/// few of them are forwarded.
/// </summary>
internal static class HeaderRules
{
    // Reverse proxies and gateways add these headers. A server that is tricked into fetching a URL of IMDS often forwards them.
    // IMDS itself refuses only X-Forwarded-For, so the policy decides about these headers. Via is missing on purpose: an Envoy sidecar
    // adds it to every request of a pod if its connection manager's "via" is set. By default, neither Envoy (and so Istio's
    // sidecar) nor linkerd2's proxy (its issue 703) adds any of the four.
    private static readonly ImmutableArray<string> OfRelays = ["Forwarded", "X-Forwarded-Host", "X-Real-IP"];

    /// <summary>The request, marked as relayed if a header says so; or the reason why its headers make it malformed.</summary>
    public static RequestResult Apply<THeaders>(in THeaders headers, ImdsRequest request)
        where THeaders : struct, IRequestHeaders, allows ref struct
    {
        if (Check(headers, request) is { } error)
        {
            return error;
        }

        foreach (var name in OfRelays)
        {
            if (headers.Count(name) > 0)
            {
                return request.Relayed(name);
            }
        }

        return request;
    }

    private static RequestError? Check<THeaders>(in THeaders headers, ImdsRequest request)
        where THeaders : struct, IRequestHeaders, allows ref struct
    {
        // IMDS refuses this header, because it marks a relayed request (Microsoft's documentation, "Security and authentication").
        if (headers.Count("X-Forwarded-For") > 0)
        {
            return new RequestError("X-Forwarded-For marks a relayed request, which IMDS does not accept");
        }

        if (headers.Count("Metadata") > 1)
        {
            return new RequestError("the Metadata header occurs twice");
        }

        if (headers.Count("Host") != 1 || string.IsNullOrEmpty(headers.First("Host")))
        {
            return new RequestError("there must be exactly one Host header");
        }

        return Framing(headers, request);
    }

    private static RequestError? Framing<THeaders>(in THeaders headers, ImdsRequest request)
        where THeaders : struct, IRequestHeaders, allows ref struct
    {
        var chunked = headers.Count("Transfer-Encoding");

        // If a request has both Content-Length and Transfer-Encoding, Kestrel uses the latter and moves the length to X-Content-Length.
        if (headers.Count("X-Content-Length") > 0
            || headers.Count("Content-Length") > 1
            || chunked > 1
            || (chunked == 1 && (headers.Count("Content-Length") > 0 || headers.First("Transfer-Encoding") != "chunked")))
        {
            return new RequestError("the length of the body is given in more than one way");
        }

        var hasBody = chunked == 1 || ContentLength(headers) != 0;
        return hasBody && !(request.Endpoint.IsKnown && request.Method == "POST")
            ? new RequestError("only POST requests to IMDS may have a body")
            : null;
    }

    // Any text other than a plain number counts as a body, which only a POST may have.
    private static long ContentLength<THeaders>(in THeaders headers)
        where THeaders : struct, IRequestHeaders, allows ref struct =>
        headers.First("Content-Length") is not { } text ? 0
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var length) ? length
        : -1;
}

using System.Collections.Immutable;
using System.Globalization;

namespace ImdsProxy.Core.Requests;

/// <summary>
/// The headers that make a request malformed, and those that say that somebody relays it. All others are neither judged
/// nor, but for a few, sent on.
/// </summary>
internal static class HeaderRules
{
    // Reverse proxies and gateways add these; a server that is tricked into fetching a URL of IMDS often passes them on.
    // IMDS refuses X-Forwarded-For alone, so these are the policy's to refuse. Via is not among them: an Envoy sidecar adds
    // it to all that a pod sends where its connection manager's "via" is set. By default neither Envoy, so neither Istio's
    // sidecar, nor linkerd2's proxy (its issue 703) adds any of the four.
    private static readonly ImmutableArray<string> OfRelays = ["Forwarded", "X-Forwarded-Host", "X-Real-IP"];

    /// <summary>The request with what its headers add to it, or why they make it malformed.</summary>
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
        // IMDS refuses it: it means that somebody relays requests (Microsoft's documentation, "Security and authentication").
        if (headers.Count("X-Forwarded-For") > 0)
        {
            return new RequestError("a request with X-Forwarded-For is one that was relayed; IMDS takes none");
        }

        if (headers.Count("Metadata") > 1)
        {
            return new RequestError("the Metadata header is there twice");
        }

        if (headers.Count("Host") != 1 || string.IsNullOrEmpty(headers.First("Host")))
        {
            return new RequestError("the Host header must be there once");
        }

        return Framing(headers, request);
    }

    private static RequestError? Framing<THeaders>(in THeaders headers, ImdsRequest request)
        where THeaders : struct, IRequestHeaders, allows ref struct
    {
        var chunked = headers.Count("Transfer-Encoding");

        // Kestrel takes CL with TE as TE, and leaves the length under this name.
        if (headers.Count("X-Content-Length") > 0
            || headers.Count("Content-Length") > 1
            || chunked > 1
            || (chunked == 1 && (headers.Count("Content-Length") > 0 || headers.First("Transfer-Encoding") != "chunked")))
        {
            return new RequestError("the body's length is told in more than one way");
        }

        var hasBody = chunked == 1 || ContentLength(headers) != 0;
        return hasBody && !(request.Endpoint.IsKnown && request.Method == "POST")
            ? new RequestError("a body is taken only by the POST requests that IMDS has")
            : null;
    }

    // Anything that is no plain number counts as a body, which only a POST may have.
    private static long ContentLength<THeaders>(in THeaders headers)
        where THeaders : struct, IRequestHeaders, allows ref struct =>
        headers.First("Content-Length") is not { } text ? 0
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var length) ? length
        : -1;
}

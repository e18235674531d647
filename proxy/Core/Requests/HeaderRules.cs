using System.Globalization;

namespace ImdsProxy.Core.Requests;

/// <summary>The headers that make a request malformed. All others are neither judged nor, but for a few, sent on.</summary>
internal static class HeaderRules
{
    public static RequestError? Check<THeaders>(in THeaders headers, ImdsRequest request)
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

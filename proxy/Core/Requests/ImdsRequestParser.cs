using System.Collections.Immutable;

namespace ImdsProxy.Core.Requests;

/// <summary>
/// Parses a raw request once into its canonical form, or says why it is malformed. Whatever two servers could read
/// differently is malformed: there is no repair and no guess.
/// </summary>
public static class ImdsRequestParser
{
    // What HTTP libraries send. CONNECT and TRACE speak to proxies; no client of IMDS uses them.
    private static readonly ImmutableArray<string> Methods = ["GET", "POST", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"];

    /// <summary>Parses a request.</summary>
    /// <param name="method">The method as it was sent.</param>
    /// <param name="target">The request target as it was sent, before any decoding.</param>
    /// <param name="headers">The headers as they were sent.</param>
    public static RequestResult Parse<THeaders>(string method, string target, in THeaders headers)
        where THeaders : struct, IRequestHeaders, allows ref struct
    {
        var parsed = ParseTarget(method, target);
        return parsed.IsParsed ? HeaderRules.Apply(headers, parsed.Request) : parsed;
    }

    /// <summary>Parses a method and a request target, headers left aside.</summary>
    public static RequestResult ParseTarget(string method, string target)
    {
        if (Known(method) is not { } canonicalMethod)
        {
            return new RequestError("the method is not one that IMDS or its clients use");
        }

        var question = target.IndexOf('?', StringComparison.Ordinal);
        var rawPath = question < 0 ? target.AsSpan() : target.AsSpan(0, question);
        if (RequestPath.Error(rawPath) is { } pathError)
        {
            return pathError;
        }

        var path = RequestPath.Canonical(rawPath);
        var endpoint = ImdsEndpoints.Find(path);
        if (!endpoint.IsKnown && ImdsEndpoints.IsVariantOfKnown(path))
        {
            return new RequestError("the path differs from one that IMDS has only by its case; write it as IMDS's documentation does");
        }

        if (endpoint.IsKnown && !endpoint.Methods.Contains(canonicalMethod, StringComparer.Ordinal))
        {
            return new RequestError("IMDS does not have this method on this path");
        }

        return RequestQuery.Parse(canonicalMethod, endpoint, path, question < 0 ? default : target.AsSpan(question + 1));
    }

    // The one instance of the name, so that comparing methods later compares references first.
    private static string? Known(string method)
    {
        foreach (var known in Methods)
        {
            if (known == method)
            {
                return known;
            }
        }

        return null;
    }
}

using System.Collections.Immutable;

namespace ImdsProxy.Core.Requests;

/// <summary>
/// Parses a raw request into its canonical form, or reports why it is malformed. A request that two servers could interpret
/// differently is malformed: the parser never repairs or guesses.
/// </summary>
public static class ImdsRequestParser
{
    // The methods that HTTP libraries send. CONNECT and TRACE address proxies; no client of IMDS uses them.
    private static readonly ImmutableArray<string> Methods = ["GET", "POST", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"];

    /// <summary>Parses a request.</summary>
    /// <param name="method">The method as sent.</param>
    /// <param name="target">The request target as sent, before any decoding.</param>
    /// <param name="headers">The headers as sent.</param>
    public static RequestResult Parse<THeaders>(string method, string target, in THeaders headers)
        where THeaders : struct, IRequestHeaders, allows ref struct
    {
        var parsed = ParseTarget(method, target);
        return parsed.IsParsed ? HeaderRules.Apply(headers, parsed.Request) : parsed;
    }

    /// <summary>Parses a method and a request target without headers.</summary>
    public static RequestResult ParseTarget(string method, string target)
    {
        if (Known(method) is not { } canonicalMethod)
        {
            return new RequestError("neither IMDS nor its clients use this method");
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
            return new RequestError("the path differs only in case from an IMDS path; spell it as the IMDS documentation does");
        }

        if (endpoint.IsKnown && !endpoint.Methods.Contains(canonicalMethod, StringComparer.Ordinal))
        {
            return new RequestError("IMDS does not support this method on this path");
        }

        return RequestQuery.Parse(canonicalMethod, endpoint, path, question < 0 ? default : target.AsSpan(question + 1));
    }

    // Returns the shared instance of the name, so that later comparisons succeed by reference.
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

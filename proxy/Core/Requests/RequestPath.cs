namespace ImdsProxy.Core.Requests;

/// <summary>Checks the path of a request target and converts it to its canonical form.</summary>
internal static class RequestPath
{
    private const string Metadata = "/metadata";

    /// <summary>The reason why a raw path is malformed, or null.</summary>
    public static RequestError? Error(ReadOnlySpan<char> path)
    {
        if (path.IsEmpty || path[0] != '/')
        {
            return new RequestError("the request target must begin with '/'; no other form is accepted");
        }

        if (path.ContainsAnyExcept(UrlAlphabet.Path))
        {
            return new RequestError("the path contains a character or an escape that no IMDS path has");
        }

        foreach (var segment in Segments(path))
        {
            // Windows drops a trailing dot, and servers interpret "." and ".." differently.
            if (path[1..][segment] is [] or [.., '.'])
            {
                return new RequestError("the path contains an empty segment, or a segment that ends in a dot");
            }
        }

        return null;
    }

    /// <summary>The canonical form of a valid path: no trailing slash, and <c>/metadata</c> in lower case (IMDS ignores case in that segment only).</summary>
    public static string Canonical(ReadOnlySpan<char> path)
    {
        var trimmed = path is [_, .., '/'] ? path[..^1] : path;
        if (StartsWithMetadata(trimmed) && !trimmed.StartsWith(Metadata, StringComparison.Ordinal))
        {
            return string.Concat(Metadata, trimmed[Metadata.Length..]);
        }

        foreach (var endpoint in ImdsEndpoints.All)
        {
            if (trimmed.SequenceEqual(endpoint.Path))
            {
                return endpoint.Path;
            }
        }

        return trimmed.ToString();
    }

    private static bool StartsWithMetadata(ReadOnlySpan<char> path) =>
        path.StartsWith(Metadata, StringComparison.OrdinalIgnoreCase)
        && (path.Length == Metadata.Length || path[Metadata.Length] == '/');

    // The segments after the first slash, without the empty segment after a trailing slash.
    private static MemoryExtensions.SpanSplitEnumerator<char> Segments(ReadOnlySpan<char> path)
    {
        var rest = path[1..];
        return rest is [.., '/'] ? rest[..^1].Split('/') : rest.IsEmpty ? default : rest.Split('/');
    }
}

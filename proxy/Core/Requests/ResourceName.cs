namespace ImdsProxy.Core.Requests;

/// <summary>Normalizes resources (application id URIs and GUIDs) for comparison.</summary>
public static class ResourceName
{
    /// <summary>
    /// The form in which an allow compares resources: one trailing slash is removed, and scheme, host and GUIDs are in lower case. The
    /// directory ignores a trailing slash, but distinguishes the case of paths.
    /// </summary>
    public static string Comparable(string resource)
    {
        var trimmed = resource.EndsWith('/') ? resource[..^1] : resource;
        if (Guid.TryParseExact(trimmed, "D", out _))
        {
            return trimmed.ToLowerInvariant();
        }

        var host = trimmed.IndexOf("://", StringComparison.Ordinal) is var scheme and >= 0 ? scheme + 3 : 0;
        if (host == 0)
        {
            return trimmed;
        }

        var path = trimmed.IndexOf('/', host) is var slash and >= 0 ? slash : trimmed.Length;
        return string.Concat(trimmed[..path].ToLowerInvariant(), trimmed.AsSpan(path));
    }

    /// <summary>The form in which a deny compares resources: lower case, without any trailing slashes. No spelling of a resource evades a deny.</summary>
    public static string Broad(string resource) => resource.TrimEnd('/').ToLowerInvariant();
}

namespace ImdsProxy.Core.Requests;

/// <summary>Resources (application id URIs, GUIDs) as they are compared.</summary>
public static class ResourceName
{
    /// <summary>
    /// The form by which an allow compares: scheme and host in lower case, a GUID too, without one trailing slash.
    /// The directory takes a trailing slash or none for the same resource, and paths by their case.
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

    /// <summary>The form by which a deny compares: no case and no trailing slash at all, so that no spelling of a resource gets past it.</summary>
    public static string Broad(string resource) => resource.TrimEnd('/').ToLowerInvariant();
}

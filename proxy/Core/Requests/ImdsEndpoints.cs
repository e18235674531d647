using System.Collections.Immutable;

namespace ImdsProxy.Core.Requests;

/// <summary>
/// The table of endpoints that IMDS is known to have. Sources: Microsoft's documentation of the instance metadata service and
/// of scheduled events, and observed requests of MSAL, cloud-init and confidential-computing agents.
/// </summary>
public static class ImdsEndpoints
{
    private static readonly ImmutableArray<QueryKey> Version = [QueryKey.ApiVersion];

    private static readonly ImmutableArray<QueryKey> Selectors =
        [QueryKey.ClientId, QueryKey.ObjectId, QueryKey.MsiResourceId, QueryKey.MiResourceId];

    /// <summary>The endpoint of every path that is not in <see cref="All"/>.</summary>
    public static Endpoint Unknown { get; } = new(EndpointKind.Unknown, "unknown", "", []) { Methods = [], CoveredByWildcards = false };

    public static Endpoint Token { get; } = new(
        EndpointKind.Token,
        "token",
        "/metadata/identity/oauth2/token",
        [.. Version, QueryKey.Resource, .. Selectors, QueryKey.BypassCache, QueryKey.ClientCapabilities, QueryKey.TokenToRefresh])
    {
        IssuesCredential = true,
        CoveredByWildcards = false,
    };

    public static Endpoint IssueCredential { get; } = new(
        EndpointKind.IssueCredential,
        "issuecredential",
        "/metadata/identity/issuecredential",
        [QueryKey.CredentialApiVersion, .. Version, .. Selectors])
    {
        Methods = ["POST"],
        IssuesCredential = true,
        CoveredByWildcards = false,
    };

    public static Endpoint ScheduledEvents { get; } =
        new(EndpointKind.ScheduledEvents, "scheduledevents", "/metadata/scheduledevents", Version) { Methods = ["GET", "POST"] };

    public static ImmutableArray<Endpoint> All { get; } =
    [
        Token,
        new(EndpointKind.Instance, "instance", "/metadata/instance", [.. Version, QueryKey.Format, QueryKey.Extended]) { Subtree = true },
        IssueCredential,
        ScheduledEvents,
        new(EndpointKind.Versions, "versions", "/metadata/versions", Version),
        new(EndpointKind.Attested, "attested", "/metadata/attested/document", [.. Version, QueryKey.Nonce]) { CoveredByWildcards = false },
        new(EndpointKind.IdentityInfo, "identity-info", "/metadata/identity/info", Version),
        new(EndpointKind.PlatformMetadata, "platform-metadata", "/metadata/identity/getplatformmetadata", [QueryKey.CredentialApiVersion, .. Version, .. Selectors]),
        new(EndpointKind.LoadBalancer, "loadbalancer", "/metadata/loadbalancer", [.. Version, QueryKey.Format]),
        new(EndpointKind.ReprovisionData, "reprovisiondata", "/metadata/reprovisiondata", Version),
        new(EndpointKind.Confidential, "confidential", "/metadata/THIM/amd/certification", Version),
        new(EndpointKind.Confidential, "confidential", "/acc/tdquote", Version),
    ];

    /// <summary>All query keys of all known endpoints.</summary>
    public static ImmutableArray<QueryKey> Keys { get; } = [.. All.SelectMany(endpoint => endpoint.Keys).Distinct()];

    /// <summary>The endpoint of a canonical path, or <see cref="Unknown"/>.</summary>
    public static Endpoint Find(ReadOnlySpan<char> path) => Find(path, StringComparison.Ordinal) ?? Unknown;

    /// <summary>
    /// Whether a server that ignores case could take an unknown path for a known one. Compares the whole path and the family,
    /// which is the segment below <c>/metadata</c>.
    /// </summary>
    public static bool IsVariantOfKnown(ReadOnlySpan<char> path)
    {
        if (Find(path, StringComparison.OrdinalIgnoreCase) is not null)
        {
            return true;
        }

        foreach (var endpoint in All)
        {
            var family = Family(endpoint.Path);
            var actual = Family(path);
            if (actual.Equals(family, StringComparison.OrdinalIgnoreCase) && !actual.SequenceEqual(family))
            {
                return true;
            }
        }

        return false;
    }

    private static Endpoint? Find(ReadOnlySpan<char> path, StringComparison comparison)
    {
        foreach (var endpoint in All)
        {
            if (path.StartsWith(endpoint.Path, comparison)
                && (path.Length == endpoint.Path.Length || (endpoint.Subtree && path[endpoint.Path.Length] == '/')))
            {
                return endpoint;
            }
        }

        return null;
    }

    // The first two segments: "/metadata/identity".
    private static ReadOnlySpan<char> Family(ReadOnlySpan<char> path)
    {
        var second = path[1..].IndexOf('/') + 1;
        var third = second == 0 ? -1 : path[(second + 1)..].IndexOf('/');
        return third < 0 ? path : path[..(second + 1 + third)];
    }
}

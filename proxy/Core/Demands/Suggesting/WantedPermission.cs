using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Demands.Suggesting;

/// <summary>The least permission that a demand needs. Demands that differ only in how they name the identity need the same permission.</summary>
/// <param name="Workload">The workload.</param>
/// <param name="Method">The method.</param>
/// <param name="Path">The path.</param>
/// <param name="ExtraNames">The extra query keys, as in <see cref="DemandKey.ExtraNames"/>.</param>
/// <param name="ClientId">The identity; null on endpoints that issue no credential, or if it is unknown.</param>
/// <param name="Resource">The resource as an allow compares it; null on endpoints other than the token endpoint, or if the request names none.</param>
internal sealed record WantedPermission(DemandWorkload Workload, string Method, string Path, string ExtraNames, string? ClientId, string? Resource)
{
    public static WantedPermission Of(Demand demand, IdentityFacts facts)
    {
        var key = demand.Key;
        var isCredential = key.Endpoint.IssuesCredential;
        var resource = key.Endpoint.Kind == EndpointKind.Token ? key.Resource : null;
        return new WantedPermission(
            key.Workload,
            key.Method,
            key.Path,
            key.ExtraNames,
            isCredential ? facts.ClientIdOf(demand) : null,
            resource is null ? null : ResourceName.Comparable(resource));
    }

    /// <summary>The same request, whatever the identity, the resource and the extra query keys.</summary>
    public WantedPermission Endpoint => this with { ExtraNames = "", ClientId = null, Resource = null };

    /// <summary>
    /// Whether the allow that is written for this permission also lets through the requests that need another one. A request that names no
    /// identity is let through to IMDS by every identity's allow.
    /// </summary>
    public bool LetsThrough(WantedPermission other) =>
        Workload == other.Workload && Method == other.Method && Path == other.Path
        && (other.ClientId is null || ClientId == other.ClientId)
        && (Resource is null || Resource == other.Resource)
        && HasKeysOf(other);

    /// <summary>Whether a new permission must have been seen for a week rather than a day.</summary>
    public bool IsSensitive => Method == "POST" || ImdsEndpoints.Find(Path).IssuesCredential;

    private bool HasKeysOf(WantedPermission other) =>
        other.ExtraNames.Length == 0 || !other.ExtraNames.Split(',').Except(ExtraNames.Split(','), StringComparer.Ordinal).Any();
}

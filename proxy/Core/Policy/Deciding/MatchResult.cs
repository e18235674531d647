namespace ImdsProxy.Core.Policy.Deciding;

/// <summary>Whether a permission matches a request, and if not, what differs.</summary>
public enum MatchResult
{
    Match,

    /// <summary>The path differs.</summary>
    Path,

    /// <summary>A wildcard matches the path, but wildcards never apply to this endpoint or method.</summary>
    Wildcard,

    /// <summary>The method differs.</summary>
    Method,

    /// <summary>The identity differs.</summary>
    Identity,

    /// <summary>The request names an identity that no alias resolves.</summary>
    UnresolvedIdentity,

    /// <summary>The deny names identities and the request names none. The identity in the answer decides.</summary>
    WaitsForAnswer,

    /// <summary>The resource differs, or the request names none.</summary>
    Resource,

    /// <summary>Everything matches except a query parameter that IMDS is not known to have.</summary>
    Parameter,
}

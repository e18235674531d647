namespace ImdsProxy.Core.Policy.Deciding;

/// <summary>The result of matching a permission against a request: a match, or the difference.</summary>
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

    /// <summary>The deny names identities, but the request names no identity. The identity in the answer decides.</summary>
    WaitsForAnswer,

    /// <summary>The resource differs, or the request names no resource.</summary>
    Resource,

    /// <summary>Everything matches except a query parameter that IMDS is not known to have.</summary>
    Parameter,
}

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

    /// <summary>A deny by identity meets a request that names none. The answer's identity decides.</summary>
    WaitsForAnswer,

    /// <summary>The resource differs, or the request names none.</summary>
    Resource,

    /// <summary>Everything matches except a query parameter that IMDS is not known to have.</summary>
    Parameter,
}

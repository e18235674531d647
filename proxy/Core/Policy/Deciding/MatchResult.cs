namespace ImdsProxy.Core.Policy.Deciding;

/// <summary>Whether a permission speaks of a request, and if not, by what it misses it.</summary>
public enum MatchResult
{
    Match,

    /// <summary>Another path.</summary>
    Path,

    /// <summary>The path is covered by a wildcard, which this endpoint or method is never covered by.</summary>
    Wildcard,

    /// <summary>Another method.</summary>
    Method,

    /// <summary>Another identity.</summary>
    Identity,

    /// <summary>An identity that no alias resolves.</summary>
    UnresolvedIdentity,

    /// <summary>A deny by identity, of a request that does not tell it: decided when the answer does.</summary>
    WaitsForAnswer,

    /// <summary>Another resource, or none.</summary>
    Resource,

    /// <summary>All matches, but a parameter that IMDS is not known to have.</summary>
    Parameter,
}

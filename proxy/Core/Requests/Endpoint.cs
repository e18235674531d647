using System.Collections.Immutable;

namespace ImdsProxy.Core.Requests;

/// <summary>One row of the table of IMDS's endpoints.</summary>
public sealed class Endpoint
{
    internal Endpoint(EndpointKind kind, string name, string path, ImmutableArray<QueryKey> keys)
    {
        Kind = kind;
        Name = name;
        Path = path;
        Keys = keys;
    }

    public EndpointKind Kind { get; }

    /// <summary>The name in metrics and searches, for example <c>token</c>.</summary>
    public string Name { get; }

    /// <summary>The canonical path, or the root of the subtree; empty for <see cref="EndpointKind.Unknown"/>.</summary>
    public string Path { get; }

    /// <summary>Whether all below <see cref="Path"/> belongs to it.</summary>
    public bool Subtree { get; init; }

    /// <summary>The query keys it is known to have, in canonical order.</summary>
    public ImmutableArray<QueryKey> Keys { get; }

    /// <summary>The methods it is known to have.</summary>
    public ImmutableArray<string> Methods { get; init; } = ["GET"];

    /// <summary>Whether its answer is a credential: decided by identity and resource, twice.</summary>
    public bool IssuesCredential { get; init; }

    /// <summary>Whether a wildcard in an allow can cover it.</summary>
    public bool CoveredByWildcards { get; init; } = true;

    /// <summary>Whether IMDS is known to have it.</summary>
    public bool IsKnown => Kind != EndpointKind.Unknown;
}

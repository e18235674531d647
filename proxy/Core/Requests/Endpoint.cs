using System.Collections.Immutable;

namespace ImdsProxy.Core.Requests;

/// <summary>An endpoint of IMDS: one row of <see cref="ImdsEndpoints"/>.</summary>
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

    /// <summary>The name in metrics and searches, such as <c>token</c>.</summary>
    public string Name { get; }

    /// <summary>The canonical path, or the root of the subtree; empty for <see cref="EndpointKind.Unknown"/>.</summary>
    public string Path { get; }

    /// <summary>Whether all paths below <see cref="Path"/> belong to the endpoint.</summary>
    public bool Subtree { get; init; }

    /// <summary>The query keys that the endpoint is known to have, in canonical order.</summary>
    public ImmutableArray<QueryKey> Keys { get; }

    /// <summary>The methods that the endpoint is known to have.</summary>
    public ImmutableArray<string> Methods { get; init; } = ["GET"];

    /// <summary>Whether the answer is a credential. The policy checks the identity and resource of such a request before it is sent, and again after the answer.</summary>
    public bool IssuesCredential { get; init; }

    /// <summary>Whether a wildcard in an allow can match the endpoint.</summary>
    public bool CoveredByWildcards { get; init; } = true;

    /// <summary>Whether IMDS is known to have the endpoint.</summary>
    public bool IsKnown => Kind != EndpointKind.Unknown;
}

using System.Collections.Immutable;

namespace ImdsProxy.Core.Requests;

/// <summary>
/// A request to IMDS in canonical form. The policy decides on this form, and this form is sent; the raw request is not used
/// again. Only <see cref="ImdsRequestParser"/> creates it.
/// </summary>
public sealed class ImdsRequest : IEquatable<ImdsRequest>
{
    internal ImdsRequest(
        string method,
        Endpoint endpoint,
        string path,
        string pathAndQuery,
        ImmutableArray<QueryParameter> known,
        ImmutableArray<QueryParameter> extra,
        string? resource,
        IdentitySelector? selector)
    {
        Method = method;
        Endpoint = endpoint;
        Path = path;
        PathAndQuery = pathAndQuery;
        Known = known;
        Extra = extra;
        Resource = resource;
        ComparableResource = resource is null ? null : ResourceName.Comparable(resource);
        BroadResource = resource is null ? null : ResourceName.Broad(resource);
        Selector = selector;
    }

    /// <summary>The method, in upper case.</summary>
    public string Method { get; }

    /// <summary>The endpoint of the path.</summary>
    public Endpoint Endpoint { get; }

    /// <summary>The canonical path: no trailing slash, no escape, <c>/metadata</c> in lower case.</summary>
    public string Path { get; }

    /// <summary>The canonical request target: only unreserved characters, <c>/ ? &amp; =</c> and upper-case escapes.</summary>
    public string PathAndQuery { get; }

    /// <summary>The parameters that the endpoint is known to have, decoded, in the order of its keys.</summary>
    public ImmutableArray<QueryParameter> Known { get; }

    /// <summary>The other parameters, decoded, in the order of the request. The policy decides whether they are allowed.</summary>
    public ImmutableArray<QueryParameter> Extra { get; }

    /// <summary>The <c>resource</c> of a token request, decoded, or null.</summary>
    public string? Resource { get; }

    /// <summary><see cref="Resource"/> in the form in which an allow compares it, or null.</summary>
    internal string? ComparableResource { get; }

    /// <summary><see cref="Resource"/> in the form in which a deny compares it, or null.</summary>
    internal string? BroadResource { get; }

    /// <summary>The identity that a credential request names, or null.</summary>
    public IdentitySelector? Selector { get; }

    /// <summary>The header that marks the request as relayed, or null (see <see cref="HeaderRules"/>). The policy decides about relayed requests.</summary>
    public string? RelayedBy { get; private init; }

    /// <summary>The <c>api-version</c>, or null.</summary>
    public string? ApiVersion => this["api-version"];

    /// <summary>The decoded value of a known parameter, or null.</summary>
    public string? this[string key]
    {
        get
        {
            foreach (var parameter in Known)
            {
                if (parameter.Key == key)
                {
                    return parameter.Value;
                }
            }

            return null;
        }
    }

    /// <summary>The same request with an identity added. Only a policy adds an identity, and only to a request that names none.</summary>
    /// <param name="clientId">The client id, 36 lower-case characters.</param>
    internal ImdsRequest As(string clientId) => RequestQuery.Select(this, new IdentitySelector(SelectorKind.ClientId, clientId));

    /// <summary>The same request, marked as relayed by a header.</summary>
    internal ImdsRequest Relayed(string header) => new(Method, Endpoint, Path, PathAndQuery, Known, Extra, Resource, Selector) { RelayedBy = header };

    // Method and target contain everything that is sent.
    public bool Equals(ImdsRequest? other) =>
        other is not null && Method == other.Method && PathAndQuery == other.PathAndQuery && RelayedBy == other.RelayedBy;

    public override bool Equals(object? obj) => Equals(obj as ImdsRequest);

    public override int GetHashCode() => HashCode.Combine(Method, PathAndQuery);

    public override string ToString() => $"{Method} {PathAndQuery}";
}

using System.Collections.Immutable;
using ImdsProxy.Core.Redaction;

namespace ImdsProxy.Core.Policy;

/// <summary>A permission that allows requests. Interpreted narrowly: it allows nothing beyond its written fields.</summary>
/// <param name="Path">Compared exactly. Its wildcards never match a credential, an attestation, a POST, or an endpoint that IMDS is not known to have.</param>
/// <param name="Methods">In upper case; only <c>GET</c> if left out.</param>
/// <param name="Identities">Aliases, client ids (36 lower-case characters) or <c>*</c>; default on paths that issue no credential.</param>
/// <param name="Resources">Resources or <c>*</c>; default on paths that issue no credential.</param>
/// <param name="ExtraQuery">Query keys that are allowed although IMDS is not known to have them; empty if left out.</param>
public sealed record AllowPermission(
    PathPattern Path,
    ImmutableArray<string> Methods,
    ImmutableArray<string> Identities,
    ImmutableArray<string> Resources,
    ImmutableArray<string> ExtraQuery)
{
    /// <summary>The identity (an alias or a client id) to add to a token request that names no identity, or null.</summary>
    public string? AsIdentity { get; init; }

    /// <summary>The part of the instance document that the caller may see, or null for all of it.</summary>
    public DocumentView? View { get; init; }
}

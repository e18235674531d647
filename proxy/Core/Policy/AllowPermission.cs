using System.Collections.Immutable;
using ImdsProxy.Core.Redaction;

namespace ImdsProxy.Core.Policy;

/// <summary>What a rule allows, read narrowly: only what is written.</summary>
/// <param name="Path">Compared exactly; its wildcards never cover a credential, an attestation, a POST or an endpoint IMDS does not have.</param>
/// <param name="Methods">In capitals; <c>GET</c> alone where left out.</param>
/// <param name="Identities">Aliases, client ids (36 lower-case characters) or <c>*</c>; default on paths that issue no credential.</param>
/// <param name="Resources">Resources or <c>*</c>; default on paths that issue no credential.</param>
/// <param name="ExtraQuery">Query keys that IMDS is not known to have and that may be there all the same; empty where left out.</param>
public sealed record AllowPermission(
    PathPattern Path,
    ImmutableArray<string> Methods,
    ImmutableArray<string> Identities,
    ImmutableArray<string> Resources,
    ImmutableArray<string> ExtraQuery)
{
    /// <summary>The identity, an alias or a client id, as which a token request that names none is sent; or null.</summary>
    public string? AsIdentity { get; init; }

    /// <summary>What may be seen of the instance document, or null for all of it.</summary>
    public DocumentView? View { get; init; }
}

using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Credentials;

/// <summary>What a credential that came back says of itself. The decision is made again with it.</summary>
/// <param name="ClientId">The identity's client id, 36 lower-case characters.</param>
/// <param name="Resource">The resource, or null for a certificate, which is good for any.</param>
public sealed record CredentialAnswer(string ClientId, string? Resource)
{
    /// <summary>What the token in it says, where it is a readable JWT.</summary>
    public TokenClaims? Claims { get; init; }

    internal string? ComparableResource { get; } = Resource is null ? null : ResourceName.Comparable(Resource);

    internal string? BroadResource { get; } = Resource is null ? null : ResourceName.Broad(Resource);

    /// <summary>
    /// Whether the token contradicts the envelope around it, or what the policy knows of the envelope's identity. An audience
    /// that is a GUID says nothing: an API with tokens of version 2 has its application id there.
    /// </summary>
    /// <param name="resourceId">The resource id of the identity, where the policy knows it.</param>
    internal bool Contradicts(string? resourceId) => Claims is { } claims
        && (IsAnother(claims.AppId)
            || IsAnother(claims.AuthorizedParty)
            || (claims.ResourceId is { } id && resourceId is { } known && !id.Equals(known, StringComparison.OrdinalIgnoreCase))
            || (claims is { Audience: { } audience, AudienceId: null } && ResourceName.Comparable(audience) != ComparableResource));

    private bool IsAnother(string? clientId) => clientId is not null && !clientId.Equals(ClientId, StringComparison.OrdinalIgnoreCase);
}

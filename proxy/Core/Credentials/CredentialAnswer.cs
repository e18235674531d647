using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Credentials;

/// <summary>The identity and resource that a credential from IMDS carries. The policy uses both to decide the request a second time.</summary>
/// <param name="ClientId">The identity's client id, 36 lower-case characters.</param>
/// <param name="Resource">The resource, or null for a certificate, which is valid for any resource.</param>
public sealed record CredentialAnswer(string ClientId, string? Resource)
{
    /// <summary>The token's claims, or null if the token is not a readable JWT.</summary>
    public TokenClaims? Claims { get; init; }

    internal string? ComparableResource { get; } = Resource is null ? null : ResourceName.Comparable(Resource);

    /// <summary>The token's audience, or null if it says no more than the resource does. An application id or the URI of another resource.</summary>
    internal string? OtherAudience => Claims is { Audience: { } audience } claims
        ? claims.AudienceId ?? (ResourceName.Comparable(audience) != ComparableResource ? audience : null)
        : null;

    internal string? BroadResource { get; } = Resource is null ? null : ResourceName.Broad(Resource);

    /// <summary>
    /// Whether the token contradicts its envelope or the resource id that the policy knows for the identity. An audience that
    /// is a GUID never contradicts: in tokens of version 2 it is the API's application id.
    /// </summary>
    /// <param name="resourceId">The identity's resource id in the policy, or null.</param>
    internal bool Contradicts(string? resourceId) => Claims is { } claims
        && (IsAnother(claims.AppId)
            || IsAnother(claims.AuthorizedParty)
            || (claims.ResourceId is { } id && resourceId is { } known && !id.Equals(known, StringComparison.OrdinalIgnoreCase))
            || (claims.AudienceId is null && OtherAudience is not null));

    private bool IsAnother(string? clientId) => clientId is not null && !clientId.Equals(ClientId, StringComparison.OrdinalIgnoreCase);
}

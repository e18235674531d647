using System.Collections.Immutable;

namespace ImdsProxy.Core.Credentials;

/// <summary>What a credential endpoint's answer says of the credential in it. Never holds the credential.</summary>
/// <param name="Answer">Identity and resource, by which the answer is decided.</param>
/// <param name="ExpiresOn">When it expires, or null where the answer does not tell.</param>
/// <param name="TokenId">The token's <c>uti</c>, or null where the token cannot be read.</param>
public sealed record CredentialEnvelope(CredentialAnswer Answer, DateTimeOffset? ExpiresOn, string? TokenId)
{
    /// <summary>The numbers of seconds in the answer, in the order of their places: what has to be worked out anew when it is served later.</summary>
    public ImmutableArray<Countdown> Countdowns { get; init; } = [];
}

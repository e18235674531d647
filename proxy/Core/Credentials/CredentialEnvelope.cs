using System.Collections.Immutable;

namespace ImdsProxy.Core.Credentials;

/// <summary>The facts that a credential endpoint's answer states about its credential. Never contains the credential.</summary>
/// <param name="Answer">The identity and the resource that the policy checks.</param>
/// <param name="ExpiresOn">The credential's expiry, or null if the answer does not state it.</param>
/// <param name="TokenId">The token's <c>uti</c>, or null if the token is not a readable JWT.</param>
public sealed record CredentialEnvelope(CredentialAnswer Answer, DateTimeOffset? ExpiresOn, string? TokenId)
{
    /// <summary>The numbers of seconds in the answer, sorted by offset. They must be recomputed when a cached answer is served.</summary>
    public ImmutableArray<Countdown> Countdowns { get; init; } = [];
}

namespace ImdsProxy.Core.Audit;

/// <summary>The recorded facts about an issued credential. Never contains the credential.</summary>
/// <param name="identity">The identity's alias in the policy, or null.</param>
/// <param name="clientId">The client id in the answer.</param>
/// <param name="resource">The resource in the answer; null for a certificate, which is valid for any resource.</param>
/// <param name="expiresOn">The credential's expiry, or null if the answer does not state it.</param>
/// <param name="tokenId">The token's <c>uti</c>, which identifies the token in the directory's sign-in log; or null.</param>
public sealed class IssuedCredential(string? identity, string clientId, string? resource, DateTimeOffset? expiresOn, string? tokenId)
{
    // A cached token is issued many times, so its JSON is rendered only once.
    private byte[]? _words;

    public string? Identity { get; } = identity;

    public string ClientId { get; } = clientId;

    public string? Resource { get; } = resource;

    public DateTimeOffset? ExpiresOn { get; } = expiresOn;

    public string? TokenId { get; } = tokenId;

    /// <summary>The application id in the token's audience, or null if the audience is a URI.</summary>
    public string? Audience { get; init; }

    /// <summary>The JSON object in a record.</summary>
    internal ReadOnlySpan<byte> Words => _words ??= AnswerFields.Render(this);
}

namespace ImdsProxy.Core.Audit;

/// <summary>What is recorded of a credential that left the proxy: never the credential.</summary>
/// <param name="identity">The policy's alias of the identity, or null where it has none.</param>
/// <param name="clientId">The client id the answer carries.</param>
/// <param name="resource">The resource the answer carries; null for a certificate, which is good for any.</param>
/// <param name="expiresOn">When it expires, or null where the answer does not tell.</param>
/// <param name="tokenId">The token's <c>uti</c>, which links to the directory's sign-in log, or null.</param>
public sealed class IssuedCredential(string? identity, string clientId, string? resource, DateTimeOffset? expiresOn, string? tokenId)
{
    // A token that is kept leaves again and again: it is put into words once.
    private byte[]? _words;

    public string? Identity { get; } = identity;

    public string ClientId { get; } = clientId;

    public string? Resource { get; } = resource;

    public DateTimeOffset? ExpiresOn { get; } = expiresOn;

    public string? TokenId { get; } = tokenId;

    /// <summary>The application id that the token is for, where its audience is one instead of the resource's URI; or null.</summary>
    public string? Audience { get; init; }

    /// <summary>Its JSON object in a record.</summary>
    internal ReadOnlySpan<byte> Words => _words ??= AnswerFields.Render(this);
}

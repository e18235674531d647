namespace ImdsProxy.Core.Audit;

/// <summary>What is recorded of a credential that left the proxy: never the credential.</summary>
/// <param name="Identity">The policy's alias of the identity, or null where it has none.</param>
/// <param name="ClientId">The client id the answer carries.</param>
/// <param name="Resource">The resource the answer carries; null for a certificate, which is good for any.</param>
/// <param name="ExpiresOn">When it expires, or null where the answer does not tell.</param>
/// <param name="TokenId">The token's <c>uti</c>, which links to the directory's sign-in log, or null.</param>
public sealed record IssuedCredential(
    string? Identity,
    string ClientId,
    string? Resource,
    DateTimeOffset? ExpiresOn,
    string? TokenId)
{
    /// <summary>The application id that the token is for, where its audience is one instead of the resource's URI; or null.</summary>
    public string? Audience { get; init; }
}

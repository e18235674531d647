namespace ImdsProxy.Core.Credentials;

/// <summary>The claims of a token that is a readable JWT. Never contains the token. None of the claims is secret.</summary>
/// <param name="AppId"><c>appid</c>: the client id, in tokens of version 1; or null.</param>
/// <param name="AuthorizedParty"><c>azp</c>: the client id, in tokens of version 2; or null.</param>
/// <param name="ResourceId"><c>xms_mirid</c>: the managed identity's resource id, or null.</param>
/// <param name="Audience"><c>aud</c>: a URI or a GUID, or null.</param>
/// <param name="TokenId"><c>uti</c>: the token's id in the directory's sign-in log, or null.</param>
public sealed record TokenClaims(string? AppId, string? AuthorizedParty, string? ResourceId, string? Audience, string? TokenId)
{
    /// <summary>
    /// The audience if it is a GUID (36 lower-case characters), or null. In tokens of version 2, the audience is the API's
    /// application id, regardless of the requested URI.
    /// </summary>
    public string? AudienceId { get; } = Guid.TryParseExact(Audience, "D", out var id) ? id.ToString("D") : null;
}

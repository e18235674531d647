namespace ImdsProxy.Core.Credentials;

/// <summary>What a token that is a readable JWT says of itself. Never holds the token; nothing in here is a secret.</summary>
/// <param name="AppId"><c>appid</c>: the client id, in tokens of version 1; or null.</param>
/// <param name="AuthorizedParty"><c>azp</c>: the client id, in tokens of version 2; or null.</param>
/// <param name="ResourceId"><c>xms_mirid</c>: the managed identity's resource id, or null.</param>
/// <param name="Audience"><c>aud</c>: a URI or a GUID, or null.</param>
/// <param name="TokenId"><c>uti</c>: the token's id in the directory's sign-in log, or null.</param>
public sealed record TokenClaims(string? AppId, string? AuthorizedParty, string? ResourceId, string? Audience, string? TokenId)
{
    /// <summary>The audience where it is a GUID, 36 lower-case characters: an API with tokens of version 2 has its application id there, whatever URI it was asked for by.</summary>
    public string? AudienceId { get; } = Guid.TryParseExact(Audience, "D", out var id) ? id.ToString("D") : null;
}

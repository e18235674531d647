namespace ImdsProxy.Core.Requests;

/// <summary>A query key that IMDS is known to have, and what its value may look like.</summary>
/// <param name="Name">As IMDS spells it.</param>
/// <param name="Kind">What a value must be.</param>
/// <param name="Selector">The selector it is, where it names an identity.</param>
public sealed record QueryKey(string Name, QueryValueKind Kind, SelectorKind? Selector = null)
{
    /// <summary>A version such as <c>2018-02-01</c> or <c>2.0</c>.</summary>
    public static QueryKey ApiVersion { get; } = new("api-version", QueryValueKind.Word);

    /// <summary>The version of the credential endpoints that MSAL speaks.</summary>
    public static QueryKey CredentialApiVersion { get; } = new("cred-api-version", QueryValueKind.Word);

    public static QueryKey Format { get; } = new("format", QueryValueKind.Format);

    /// <summary>cloud-init adds it.</summary>
    public static QueryKey Extended { get; } = new("extended", QueryValueKind.Boolean);

    public static QueryKey Nonce { get; } = new("nonce", QueryValueKind.Word);

    public static QueryKey Resource { get; } = new("resource", QueryValueKind.Resource);

    public static QueryKey BypassCache { get; } = new("bypass_cache", QueryValueKind.Boolean);

    /// <summary>MSAL's client capabilities.</summary>
    public static QueryKey ClientCapabilities { get; } = new("xms_cc", QueryValueKind.WordList);

    /// <summary>MSAL names the token it no longer wants by its hash.</summary>
    public static QueryKey TokenToRefresh { get; } = new("token_sha256_to_refresh", QueryValueKind.Word);

    public static QueryKey ClientId { get; } = new("client_id", QueryValueKind.Guid, SelectorKind.ClientId);

    public static QueryKey ObjectId { get; } = new("object_id", QueryValueKind.Guid, SelectorKind.ObjectId);

    public static QueryKey MsiResourceId { get; } = new("msi_res_id", QueryValueKind.IdentityResourceId, SelectorKind.MsiResourceId);

    public static QueryKey MiResourceId { get; } = new("mi_res_id", QueryValueKind.IdentityResourceId, SelectorKind.ResourceId);
}

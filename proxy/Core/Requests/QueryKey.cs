namespace ImdsProxy.Core.Requests;

/// <summary>A query key that IMDS is known to have, and the kind of its value.</summary>
/// <param name="Name">The key as IMDS spells it.</param>
/// <param name="Kind">The kind of the value.</param>
/// <param name="Selector">The kind of selector, if the key names an identity; otherwise null.</param>
public sealed record QueryKey(string Name, QueryValueKind Kind, SelectorKind? Selector = null)
{
    /// <summary>A version such as <c>2018-02-01</c> or <c>2.0</c>.</summary>
    public static QueryKey ApiVersion { get; } = new("api-version", QueryValueKind.Word);

    /// <summary>The version that MSAL sends to credential endpoints.</summary>
    public static QueryKey CredentialApiVersion { get; } = new("cred-api-version", QueryValueKind.Word);

    public static QueryKey Format { get; } = new("format", QueryValueKind.Format);

    /// <summary>Added by cloud-init.</summary>
    public static QueryKey Extended { get; } = new("extended", QueryValueKind.Boolean);

    public static QueryKey Nonce { get; } = new("nonce", QueryValueKind.Word);

    public static QueryKey Resource { get; } = new("resource", QueryValueKind.Resource);

    public static QueryKey BypassCache { get; } = new("bypass_cache", QueryValueKind.Boolean);

    /// <summary>The client capabilities that MSAL sends.</summary>
    public static QueryKey ClientCapabilities { get; } = new("xms_cc", QueryValueKind.WordList);

    /// <summary>The hash of a token that MSAL no longer accepts.</summary>
    public static QueryKey TokenToRefresh { get; } = new("token_sha256_to_refresh", QueryValueKind.Word);

    public static QueryKey ClientId { get; } = new("client_id", QueryValueKind.Guid, SelectorKind.ClientId);

    public static QueryKey ObjectId { get; } = new("object_id", QueryValueKind.Guid, SelectorKind.ObjectId);

    public static QueryKey MsiResourceId { get; } = new("msi_res_id", QueryValueKind.IdentityResourceId, SelectorKind.MsiResourceId);

    public static QueryKey MiResourceId { get; } = new("mi_res_id", QueryValueKind.IdentityResourceId, SelectorKind.ResourceId);
}

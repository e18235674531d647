namespace ImdsProxy.Core.Requests;

/// <summary>The identity that a credential request names, in canonical form.</summary>
/// <param name="Kind">The query key that names the identity.</param>
/// <param name="Value">
/// A client or object id as 36 lower-case characters, or a resource id rebuilt from its parts.
/// Resource ids are compared case-insensitively.
/// </param>
public sealed record IdentitySelector(SelectorKind Kind, string Value)
{
    /// <summary>The query key, as IMDS spells it.</summary>
    public string Key => Kind switch
    {
        SelectorKind.ClientId => "client_id",
        SelectorKind.ObjectId => "object_id",
        SelectorKind.MsiResourceId => "msi_res_id",
        _ => "mi_res_id",
    };
}

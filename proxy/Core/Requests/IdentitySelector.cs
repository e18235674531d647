namespace ImdsProxy.Core.Requests;

/// <summary>The identity a credential request asks for, in canonical form.</summary>
/// <param name="Kind">The query key it came by.</param>
/// <param name="Value">
/// A client or object id as 36 lower-case characters, or a resource id rebuilt from its parts.
/// Resource ids are compared without case.
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

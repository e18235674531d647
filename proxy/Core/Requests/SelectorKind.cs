namespace ImdsProxy.Core.Requests;

/// <summary>The query key by which a credential request names its identity.</summary>
public enum SelectorKind
{
    /// <summary><c>client_id</c></summary>
    ClientId,

    /// <summary><c>object_id</c></summary>
    ObjectId,

    /// <summary><c>msi_res_id</c>, as most SDKs spell it.</summary>
    MsiResourceId,

    /// <summary><c>mi_res_id</c>, its newer spelling.</summary>
    ResourceId,
}

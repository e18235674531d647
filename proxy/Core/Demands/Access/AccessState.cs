namespace ImdsProxy.Core.Demands.Access;

/// <summary>What a policy says of a use, if it is enforced.</summary>
public enum AccessState
{
    /// <summary>A rule allows all requests of the use.</summary>
    Allowed,

    /// <summary>No rule allows them.</summary>
    NotAllowed,

    /// <summary>A deny closes them, whatever is allowed.</summary>
    Denied,
}

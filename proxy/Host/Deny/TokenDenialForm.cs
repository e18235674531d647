namespace ImdsProxy.Deny;

/// <summary>What a denied token request is answered.</summary>
internal enum TokenDenialForm
{
    /// <summary>403, which says plainly that access is denied.</summary>
    Forbidden,

    /// <summary>IMDS's own 400, on which more SDKs' credential chains go on.</summary>
    IdentityNotFound,
}

namespace ImdsProxy.Deny;

/// <summary>How a denied token request is answered.</summary>
internal enum TokenDenialForm
{
    /// <summary>403, which states plainly that access is denied.</summary>
    Forbidden,

    /// <summary>The 400 of IMDS, which makes the credential chains of more SDKs try the next credential.</summary>
    IdentityNotFound,
}

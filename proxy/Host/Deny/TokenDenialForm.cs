namespace ImdsProxy.Deny;

/// <summary>The form of the answer to a denied token request.</summary>
internal enum TokenDenialForm
{
    /// <summary>A 403, which states plainly that access is denied.</summary>
    Forbidden,

    /// <summary>The 400 of IMDS, which makes the credential chains of more SDKs try the next credential.</summary>
    IdentityNotFound,
}

namespace ImdsProxy.Core.Credentials;

/// <summary>What the body of a credential endpoint's answer is.</summary>
public enum EnvelopeContent
{
    /// <summary>No JSON object, or one without a credential: an error of IMDS's.</summary>
    NoCredential,

    /// <summary>A credential that says whose it is.</summary>
    Credential,

    /// <summary>A credential that does not say whose it is, or says it twice.</summary>
    Unreadable,
}

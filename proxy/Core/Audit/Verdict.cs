namespace ImdsProxy.Core.Audit;

/// <summary>The outcome of a request.</summary>
public enum Verdict
{
    /// <summary>Permitted and answered by IMDS.</summary>
    Allowed,

    /// <summary>Denied by the policy or by a limit.</summary>
    Denied,

    /// <summary>Permitted only because of audit mode. Enforce mode would have denied it.</summary>
    WouldDeny,

    /// <summary>Malformed, or without the header that IMDS requires.</summary>
    Rejected,

    /// <summary>Permitted, but IMDS failed to answer.</summary>
    Failed,
}

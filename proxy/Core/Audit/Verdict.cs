namespace ImdsProxy.Core.Audit;

/// <summary>How a request ended.</summary>
public enum Verdict
{
    /// <summary>Permitted, and answered by IMDS.</summary>
    Allowed,

    /// <summary>Denied.</summary>
    Denied,

    /// <summary>Permitted because of audit mode; enforced, it would have been denied.</summary>
    WouldDeny,

    /// <summary>Malformed.</summary>
    Rejected,

    /// <summary>Permitted, but IMDS failed.</summary>
    Failed,
}

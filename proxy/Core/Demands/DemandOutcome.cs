namespace ImdsProxy.Core.Demands;

/// <summary>The result that the caller of a request got.</summary>
public enum DemandOutcome
{
    /// <summary>The request was let through, and IMDS answered it. For a probe: the caller got IMDS's own error.</summary>
    Answered,

    /// <summary>The request was let through, and IMDS refused it.</summary>
    Refused,

    /// <summary>IMDS answered with a credential, and the answer was denied.</summary>
    Withheld,

    /// <summary>The request was denied before IMDS was asked.</summary>
    Denied,
}

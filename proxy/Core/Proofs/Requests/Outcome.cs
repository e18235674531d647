namespace ImdsProxy.Core.Proofs.Requests;

/// <summary>A policy's final result for a request.</summary>
internal enum Outcome
{
    Permitted,

    /// <summary>Denied with an Event and an alert.</summary>
    Denied,

    /// <summary>Denied quietly.</summary>
    DeniedQuietly,
}

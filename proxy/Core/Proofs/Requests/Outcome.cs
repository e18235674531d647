namespace ImdsProxy.Core.Proofs.Requests;

/// <summary>What a policy does with a request in the end.</summary>
internal enum Outcome
{
    Permitted,

    /// <summary>Denied with an Event and an alert.</summary>
    Denied,

    /// <summary>Denied quietly.</summary>
    DeniedQuietly,
}

namespace ImdsProxy.Core.Proofs;

/// <summary>What differs between two policies.</summary>
public enum DifferenceKind
{
    /// <summary>The request is permitted by one policy and denied by the other.</summary>
    Access,

    /// <summary>Both policies permit the request, but one shows fields of the instance document that the other hides.</summary>
    Fields,

    /// <summary>Both policies deny the request, but one policy denies it quietly: without an Event and without an alert.</summary>
    Quiet,
}

namespace ImdsProxy.Core.Proofs;

/// <summary>The reason why a part of a policy has no effect.</summary>
public enum FindingKind
{
    /// <summary>No workload and request can match it.</summary>
    NeverMatches,

    /// <summary>Denies override everything that the allow permits.</summary>
    Shadowed,

    /// <summary>Without the rule, the policy decides everything alike in every mode.</summary>
    Redundant,
}

namespace ImdsProxy.Core.Proofs;

/// <summary>The modes that a proof assumes.</summary>
public enum Assumption
{
    /// <summary>Everything is enforced: modes, mode lists and the modes of rules are ignored.</summary>
    Enforced,

    /// <summary>Modes, mode lists and the modes of rules hold as the policy says.</summary>
    AsWritten,

    /// <summary>Break glass is active: only rules with <c>"mode":"enforce"</c> are enforced.</summary>
    Override,
}

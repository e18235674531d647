namespace ImdsProxy.Core.Proofs;

/// <summary>How far a result can be believed.</summary>
public enum ProofStatus
{
    /// <summary>The answer is exact: what is not listed does not exist.</summary>
    Complete,

    /// <summary>The budget is spent. What is listed is true, but there may be more.</summary>
    TooComplex,

    /// <summary>The decider contradicts a witness, so the analysis is wrong somewhere. Nothing of the result can be believed.</summary>
    Disagreement,
}

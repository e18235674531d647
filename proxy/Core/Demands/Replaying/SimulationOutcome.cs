namespace ImdsProxy.Core.Demands.Replaying;

/// <summary>What a policy would change for a demand.</summary>
public enum SimulationOutcome
{
    /// <summary>The requests were answered and would be denied.</summary>
    WouldBreak,

    /// <summary>The requests were denied and would be answered.</summary>
    WouldOpen,

    /// <summary>The records do not contain enough to decide.</summary>
    NotJudged,
}

namespace ImdsProxy.Core.Demands.Rollout;

/// <summary>How far a namespace is on the way to enforcement.</summary>
public enum RolloutState
{
    /// <summary>A demand that was answered has no rule, or the records are too young.</summary>
    Learning,

    /// <summary>Every answered demand is allowed, or was left out by decision.</summary>
    Ready,

    /// <summary>The policy is enforced for all workloads of the namespace.</summary>
    Enforced,

    /// <summary>The policy is enforced, and a demand that used to be answered is denied since.</summary>
    Regressed,
}

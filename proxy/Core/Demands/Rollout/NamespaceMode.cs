namespace ImdsProxy.Core.Demands.Rollout;

/// <summary>The mode that a policy has for the workloads of a namespace.</summary>
public enum NamespaceMode
{
    Audit,
    Enforce,

    /// <summary>Some workloads are enforced and some are not.</summary>
    Mixed,
}

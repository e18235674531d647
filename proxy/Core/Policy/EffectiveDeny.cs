namespace ImdsProxy.Core.Policy;

/// <summary>Something a pod is denied.</summary>
/// <param name="Rule">The rule's name.</param>
/// <param name="Mode">Whether the denial is enforced: the rule's own mode, else that of the pod.</param>
/// <param name="Permission">What it denies.</param>
public sealed record EffectiveDeny(string Rule, PolicyMode Mode, DenyPermission Permission);

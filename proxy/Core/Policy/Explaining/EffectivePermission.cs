namespace ImdsProxy.Core.Policy.Explaining;

/// <summary>Something that a rule allows or denies a pod.</summary>
/// <param name="Rule">The rule's name.</param>
/// <param name="Mode">Whether it is enforced: the rule's own mode, or the pod's where the rule has none.</param>
/// <param name="Permission">What the rule allows or denies.</param>
public sealed record EffectivePermission<TPermission>(string Rule, PolicyMode Mode, TPermission Permission);

namespace ImdsProxy.Core.Policy.Explaining;

/// <summary>A permission of a rule that applies to a pod.</summary>
/// <param name="Rule">The rule's name.</param>
/// <param name="Mode">The permission's mode: the rule's own mode, or the pod's mode if the rule has none.</param>
/// <param name="Permission">The allow or the deny.</param>
public sealed record EffectivePermission<TPermission>(string Rule, PolicyMode Mode, TPermission Permission);

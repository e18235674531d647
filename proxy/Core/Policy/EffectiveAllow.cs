namespace ImdsProxy.Core.Policy;

/// <summary>Something a pod is allowed.</summary>
/// <param name="Rule">The rule's name.</param>
/// <param name="Permission">What it allows.</param>
public sealed record EffectiveAllow(string Rule, AllowPermission Permission);

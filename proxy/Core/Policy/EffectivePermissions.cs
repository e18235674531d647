using System.Collections.Immutable;

namespace ImdsProxy.Core.Policy;

/// <summary>What a pod may ask for and what it may not, by all rules that speak of it. A deny beats every allow.</summary>
/// <param name="Mode">The mode in force for it.</param>
/// <param name="Allow">What is allowed.</param>
/// <param name="Deny">What is denied whatever allows it.</param>
public sealed record EffectivePermissions(PolicyMode Mode, ImmutableArray<EffectiveAllow> Allow, ImmutableArray<EffectiveDeny> Deny);

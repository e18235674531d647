using ImdsProxy.Core.Policy;

namespace ImdsProxy.Core.Demands.Access;

/// <summary>A permission to get a credential that no answered request of the time range needed.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Permission">Its permission.</param>
public sealed record UnusedPermission(PolicyRule Rule, AllowPermission Permission);

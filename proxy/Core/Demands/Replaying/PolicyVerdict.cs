namespace ImdsProxy.Core.Demands.Replaying;

/// <summary>How a policy decides all requests of a demand, if it is enforced.</summary>
/// <param name="IsAllowed">Whether all are let through.</param>
/// <param name="IsDeniedByRule">Whether a deny closes some, whatever is allowed.</param>
/// <param name="Rule">The rule that decides, or null.</param>
internal readonly record struct PolicyVerdict(bool IsAllowed, bool IsDeniedByRule, string? Rule);

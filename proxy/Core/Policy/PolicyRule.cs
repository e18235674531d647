using System.Collections.Immutable;

namespace ImdsProxy.Core.Policy;

/// <summary>A named rule: what some workloads may, and what they may not.</summary>
/// <param name="Name">Unique in the policy; logs, records and denials' metrics carry it.</param>
/// <param name="Description">For people, or null.</param>
/// <param name="Mode">The mode of a rule that only denies, which beats the policy's; or null.</param>
/// <param name="Workloads">The rule speaks of what any of these matches…</param>
/// <param name="Except">…and none of these.</param>
/// <param name="Allow">What is allowed.</param>
/// <param name="Deny">What is denied, whatever else allows it.</param>
public sealed record PolicyRule(
    string Name,
    string? Description,
    PolicyMode? Mode,
    ImmutableArray<WorkloadMatch> Workloads,
    ImmutableArray<WorkloadMatch> Except,
    ImmutableArray<AllowPermission> Allow,
    ImmutableArray<DenyPermission> Deny);

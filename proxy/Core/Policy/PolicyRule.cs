using System.Collections.Immutable;

namespace ImdsProxy.Core.Policy;

/// <summary>A named rule that allows or denies requests from a set of workloads.</summary>
/// <param name="Name">The rule's name, unique in the policy. Logs, audit records and metrics of denials carry it.</param>
/// <param name="Description">A description for people, or null.</param>
/// <param name="Mode">The mode of a rule that only denies, which overrides the policy's mode; or null.</param>
/// <param name="Workloads">The rule applies to workloads that match any of these entries…</param>
/// <param name="Except">…unless they match any of these entries.</param>
/// <param name="Allow">The permissions that allow requests.</param>
/// <param name="Deny">The permissions that deny requests, even if another rule allows them.</param>
public sealed record PolicyRule(
    string Name,
    string? Description,
    PolicyMode? Mode,
    ImmutableArray<WorkloadMatch> Workloads,
    ImmutableArray<WorkloadMatch> Except,
    ImmutableArray<AllowPermission> Allow,
    ImmutableArray<DenyPermission> Deny);

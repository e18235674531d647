using System.Collections.Immutable;

namespace ImdsProxy.Core.Demands.Access;

/// <summary>The credentials that a workload asks for.</summary>
/// <param name="Workload">The workload.</param>
/// <param name="Owners">The owners of its pods, sorted.</param>
/// <param name="Uses">What it asks for, by identity and resource.</param>
/// <param name="OtherRequests">The number of its requests that ask for no credential.</param>
public sealed record AccessRow(DemandWorkload Workload, ImmutableArray<string> Owners, ImmutableArray<AccessUse> Uses, long OtherRequests);

using ImdsProxy.Core.Proofs;

namespace ImdsProxy.Workbench;

/// <summary>A set of requests that a workload is permitted.</summary>
internal sealed record GrantJson(string Workloads, string Requests, string? Rule, WitnessJson Witness)
{
    public static GrantJson Of(Grant grant) => new(grant.Workloads, grant.Requests, grant.Rule, WitnessJson.Of(grant.Witness));
}

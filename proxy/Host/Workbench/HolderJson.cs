using ImdsProxy.Core.Proofs;

namespace ImdsProxy.Workbench;

/// <summary>A set of workloads that can reach the goal of the question.</summary>
internal sealed record HolderJson(string Workloads, string? Rule, WitnessJson Witness)
{
    public static HolderJson Of(Holder holder) => new(holder.Workloads, holder.Rule, WitnessJson.Of(holder.Witness));
}

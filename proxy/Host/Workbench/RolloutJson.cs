using ImdsProxy.Core.Demands.Replaying;
using ImdsProxy.Core.Demands.Rollout;

namespace ImdsProxy.Workbench;

/// <summary>The result of <c>rollout status</c>.</summary>
internal sealed record RolloutJson(string Policy, CoverageJson Coverage, IReadOnlyList<RolloutJson.Entry> Namespaces)
{
    public static RolloutJson Of(RolloutAnswer answer) => new(
        answer.Revision, CoverageJson.Of(answer.Basis), [.. answer.Namespaces.Select(status => EntryOf(status, answer.Identities))]);

    private static Entry EntryOf(NamespaceStatus status, DemandIdentities identities) => new(
        status.Namespace,
        status.Workloads,
        status.Requests,
        [.. status.Uncovered.Select(demand => DemandJson.Of(demand, identities))],
        status.WouldDenied,
        status.DaysSinceNewDemand,
        RolloutText.Name(status.Mode),
        RolloutText.Name(status.State),
        status.Next);

    /// <summary>One namespace.</summary>
    internal sealed record Entry(
        string Namespace, int Workloads, long Requests, IReadOnlyList<DemandJson> Uncovered, long WouldDenied7d, int? DaysSinceNewDemand, string Mode, string State, string Next);
}

using System.Collections.Immutable;

namespace ImdsProxy.Core.Demands.Rollout;

/// <summary>The rollout's status in one namespace.</summary>
/// <param name="Namespace">The namespace.</param>
/// <param name="Workloads">The number of workloads that made a demand.</param>
/// <param name="Requests">The number of their requests.</param>
/// <param name="Uncovered">The answered demands that the policy does not allow and that were not left out by decision.</param>
/// <param name="WouldDenied">The requests of the last 7 days that would have been denied.</param>
/// <param name="DaysSinceNewDemand">Whole days since the last answered demand was first seen, or null without any.</param>
/// <param name="Mode">The mode that the given policy has for the namespace. Whether it is in force is not known here.</param>
/// <param name="State">The state.</param>
/// <param name="Next">The next step, as a sentence.</param>
public sealed record NamespaceStatus(
    string Namespace,
    int Workloads,
    long Requests,
    ImmutableArray<Demand> Uncovered,
    long WouldDenied,
    int? DaysSinceNewDemand,
    NamespaceMode Mode,
    RolloutState State,
    string Next);

using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Explaining;

namespace ImdsProxy.Core.Demands.Replaying;

/// <summary>A change that a policy would make to some requests of a demand.</summary>
/// <param name="Outcome">The change.</param>
/// <param name="Demand">The demand.</param>
/// <param name="Requests">The number of its requests that would change.</param>
public sealed record SimulationItem(SimulationOutcome Outcome, Demand Demand, long Requests)
{
    /// <summary>Why the requests were not judged, or null.</summary>
    public NotJudged? Cause { get; init; }

    /// <summary>The reason of the policy's decision, or null where nothing was judged.</summary>
    public Reason? Reason { get; init; }

    /// <summary>The rule that decides, or null if no rule does.</summary>
    public string? Rule { get; init; }

    /// <summary>The permission that would prevent the break, or null if none can.</summary>
    public PermissionHint? Fix { get; init; }
}

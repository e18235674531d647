using ImdsProxy.Core.Demands;
using ImdsProxy.Core.Demands.Replaying;
using ImdsProxy.Core.Demands.Suggesting;
using ImdsProxy.Core.Policy.Explaining;

namespace ImdsProxy.Workbench;

/// <summary>What <c>policy simulate</c> found.</summary>
/// <param name="Policy">Where the policy was read from.</param>
/// <param name="Against">Where the policy to compare with was read from, or null for what was recorded.</param>
/// <param name="AsWritten">Whether the modes count.</param>
/// <param name="Result">The changes.</param>
/// <param name="Basis">What they rest on.</param>
/// <param name="Identities">The identities of the demands.</param>
/// <param name="LeftOut">What a suggestion would leave out, by demand.</param>
internal sealed record SimulateAnswer(string Policy, string? Against, bool AsWritten, SimulationResult Result, LogBasis Basis, DemandIdentities Identities, IReadOnlyDictionary<Demand, LeftOut> LeftOut)
{
    /// <summary>Why a suggestion would leave out a demand that would break, or null.</summary>
    public LeftOut? WhyLeftOut(SimulationItem item) => item.Outcome == SimulationOutcome.WouldBreak ? LeftOut.GetValueOrDefault(item.Demand) : null;

    /// <summary>The permission to show for a demand that would break. None is shown for a demand that a suggestion never accepts.</summary>
    public PermissionHint? FixOf(SimulationItem item) => WhyLeftOut(item) is { IsAcceptable: false } ? null : item.Fix;
}

using ImdsProxy.Core.Demands.Replaying;

namespace ImdsProxy.Workbench;

/// <summary>What <c>policy simulate</c> found.</summary>
/// <param name="Policy">Where the policy was read from.</param>
/// <param name="Against">Where the policy to compare with was read from, or null for what was recorded.</param>
/// <param name="AsWritten">Whether the modes count.</param>
/// <param name="Result">The changes.</param>
/// <param name="Basis">What they rest on.</param>
/// <param name="Identities">The identities of the demands.</param>
internal sealed record SimulateAnswer(string Policy, string? Against, bool AsWritten, SimulationResult Result, LogBasis Basis, DemandIdentities Identities);

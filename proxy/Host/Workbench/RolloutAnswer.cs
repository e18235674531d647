using System.Collections.Immutable;
using ImdsProxy.Core.Demands.Replaying;
using ImdsProxy.Core.Demands.Rollout;

namespace ImdsProxy.Workbench;

/// <summary>What <c>rollout status</c> found.</summary>
/// <param name="Policy">Where the policy was read from.</param>
/// <param name="Revision">The policy's revision.</param>
/// <param name="Namespaces">The namespaces, sorted.</param>
/// <param name="Basis">What the answer rests on.</param>
/// <param name="Identities">The identities of the demands.</param>
internal sealed record RolloutAnswer(string Policy, string Revision, ImmutableArray<NamespaceStatus> Namespaces, LogBasis Basis, DemandIdentities Identities);

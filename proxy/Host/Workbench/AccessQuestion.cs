using System.Collections.Immutable;
using ImdsProxy.Core.Proofs;

namespace ImdsProxy.Workbench;

/// <summary>A question about what a policy permits.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="Text">The question in words.</param>
/// <param name="Assumption">Which modes are assumed.</param>
/// <param name="Warnings">Names in the question that the policy does not mention.</param>
internal sealed record AccessQuestion(PolicyName Policy, string Text, Assumption Assumption, ImmutableArray<string> Warnings)
{
    /// <summary>Whether the policy, with its modes as written, denies less than the answer assumes.</summary>
    public bool IsStricterThanWritten { get; init; }
}

using System.Collections.Immutable;
using ImdsProxy.Core.Policy;

namespace ImdsProxy.Core.Proofs.Tests;

/// <summary>The result of reading tests.</summary>
/// <param name="Tests">The tests, or null if the document is refused.</param>
/// <param name="Problems">All errors, in document order.</param>
public sealed record PolicyTestsLoad(PolicyTests? Tests, ImmutableArray<PolicyProblem> Problems)
{
    /// <summary>Names that the policy does not mention, in document order. They may be misspelt. Empty if there are errors.</summary>
    public ImmutableArray<PolicyProblem> Warnings { get; init; } = [];
}

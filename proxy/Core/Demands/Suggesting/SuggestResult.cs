using System.Collections.Immutable;
using ImdsProxy.Core.Policy;

namespace ImdsProxy.Core.Demands.Suggesting;

/// <summary>A suggested policy, with the demands that it allows and those that it leaves out.</summary>
/// <param name="Policy">The base and the suggestion, merged. Read by the policy's own loader from <paramref name="PolicyJson"/>.</param>
/// <param name="PolicyJson">The whole policy as JSON, in UTF-8.</param>
/// <param name="FragmentJson">The suggested identities and rules as a fragment, in UTF-8.</param>
/// <param name="Proposed">The demands that the suggestion decides, in the order of the table.</param>
/// <param name="LeftOut">The demands that it leaves out, in the order of the table; then requests that are no demands.</param>
public sealed record SuggestResult(
    PolicyDocument Policy,
    ReadOnlyMemory<byte> PolicyJson,
    ReadOnlyMemory<byte> FragmentJson,
    ImmutableArray<Proposal> Proposed,
    ImmutableArray<LeftOut> LeftOut)
{
    /// <summary>The suggested rules, by name.</summary>
    public ImmutableArray<PolicyRule> Rules { get; init; } = [];

    /// <summary>The suggested aliases, by name.</summary>
    public ImmutableArray<IdentityAlias> Identities { get; init; } = [];

    /// <summary>The ids in <see cref="SuggestOptions.Accept"/> without effect: no demand has the id, or its reason can't be overridden.</summary>
    public ImmutableArray<string> Unaccepted { get; init; } = [];

    /// <summary>What the loader warns of in the whole policy.</summary>
    public ImmutableArray<PolicyProblem> Warnings { get; init; } = [];
}

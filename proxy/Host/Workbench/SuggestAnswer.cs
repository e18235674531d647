using System.Collections.Immutable;
using ImdsProxy.Core.Demands.Replaying;
using ImdsProxy.Core.Demands.Suggesting;

namespace ImdsProxy.Workbench;

/// <summary>What <c>policy suggest</c> found.</summary>
/// <param name="BasePath">Where the base was read from, or null without a base.</param>
/// <param name="BaseRevision">The base's revision, or null.</param>
/// <param name="From">The sources, as they were given.</param>
/// <param name="Result">The suggestion.</param>
/// <param name="Basis">What it rests on.</param>
/// <param name="Identities">The identities of the demands.</param>
internal sealed record SuggestAnswer(string? BasePath, string? BaseRevision, ImmutableArray<string> From, SuggestResult Result, LogBasis Basis, DemandIdentities Identities);

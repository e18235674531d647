using System.Collections.Immutable;

namespace ImdsProxy.Core.Proofs.Tests;

/// <summary>What a policy's author expects of it: <c>policy.tests.json</c>.</summary>
/// <param name="Examples">Single requests and how they are decided.</param>
/// <param name="Nevers">Sets of requests that must not be permitted.</param>
public sealed record PolicyTests(ImmutableArray<PolicyExample> Examples, ImmutableArray<PolicyNever> Nevers);

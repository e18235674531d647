using System.Collections.Immutable;

namespace ImdsProxy.Core.Proofs.Tests;

/// <summary>The decisions that a policy's author expects: <c>policy.tests.json</c>.</summary>
/// <param name="Examples">Single requests and how they are decided.</param>
/// <param name="Nevers">Sets of requests that must not be permitted.</param>
public sealed record PolicyTests(ImmutableArray<PolicyExample> Examples, ImmutableArray<PolicyNever> Nevers);

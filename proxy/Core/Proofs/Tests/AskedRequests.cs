using System.Collections.Immutable;
using ImdsProxy.Core.Policy;

namespace ImdsProxy.Core.Proofs.Tests;

/// <summary>The requests that a question is about.</summary>
/// <param name="Goal">The requests.</param>
/// <param name="Warnings">Names in the question that the policy does not mention, and that may be misspelt.</param>
public sealed record AskedRequests(DenyPermission Goal, ImmutableArray<string> Warnings);

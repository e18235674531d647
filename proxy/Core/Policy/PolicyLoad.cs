using System.Collections.Immutable;

namespace ImdsProxy.Core.Policy;

/// <summary>What came of reading a policy.</summary>
/// <param name="Document">The policy, or null where <paramref name="Problems"/> holds an error.</param>
/// <param name="Problems">All errors and warnings, in the order of the document.</param>
/// <param name="Revision">The revision of the bytes that were read, good or not.</param>
public sealed record PolicyLoad(PolicyDocument? Document, ImmutableArray<PolicyProblem> Problems, string Revision);

using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Credentials;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Proofs.Tests;

/// <summary>One request and the decision that is expected.</summary>
/// <param name="Name">The test's name, unique in its file.</param>
/// <param name="Caller">The pod that asks.</param>
/// <param name="Request">The request.</param>
/// <param name="Answer">What IMDS answers with, or null if only the decision before the answer is expected.</param>
/// <param name="IsAllowed">Whether the request is expected to be permitted.</param>
/// <param name="Rule">The rule that is expected to decide, or null for any.</param>
public sealed record PolicyExample(string Name, PodIdentity Caller, ImdsRequest Request, CredentialAnswer? Answer, bool IsAllowed, string? Rule);

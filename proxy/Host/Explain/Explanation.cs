using System.Collections.Immutable;
using System.Net;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Explain;

/// <summary>What a policy says to one request, and why: whoever has policy, caller and request can make one.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="Address">Where the caller speaks from.</param>
/// <param name="Caller">Who it is.</param>
/// <param name="Request">What it asks.</param>
/// <param name="Decision">The decision; null for a probe that IMDS's own error answers.</param>
/// <param name="Rules">How each rule meets the request; empty where the caller is no pod.</param>
internal sealed record Explanation(
    PolicySnapshot Policy, IPAddress Address, Caller Caller, ImdsRequest Request, Decision? Decision, ImmutableArray<RuleExplanation> Rules)
{
    public static Explanation Of(PolicySnapshot policy, IPAddress address, Caller caller, ImdsRequest request, bool isProbe) => new(
        policy,
        address,
        caller,
        request,
        isProbe ? policy.DecideProbe(caller, request) : policy.Decide(caller, request),
        caller is Caller.Pod pod ? policy.Explain(pod.Identity, request) : []);

    /// <summary>The denial, in force or lifted by audit mode; or null.</summary>
    public Denial? Denial => Decision as Denial ?? (Decision as Permit)?.Shadow;

    /// <summary>Whether the request is sent to IMDS.</summary>
    public bool IsSent => Decision is Permit;

    /// <summary>Whether only the answer tells the identity, so that it decides.</summary>
    public bool WaitsForAnswer =>
        IsSent
        && Request.Endpoint.IssuesCredential
        && (Decision!.Request.Selector is null || Rules.Any(rule => rule.SpeaksOfCaller && rule.Permissions.Any(permission => permission.Result == MatchResult.WaitsForAnswer)));

    /// <summary>What would allow it, where it is denied for want of an allow; or null.</summary>
    public PermissionHint? Hint =>
        Caller is Caller.Pod pod && Denial?.Reason is Reason.NoRule or Reason.UnknownEndpoint or Reason.UnknownParameter
            ? PermissionHint.For(Policy, pod.Identity, Request)
            : null;
}

using System.Collections.Immutable;
using System.Net;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Deciding;
using ImdsProxy.Core.Policy.Explaining;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Explain;

/// <summary>A policy's decision on one request, with its reasons. The decision depends only on the policy, the caller and the request.</summary>
/// <param name="Policy">The policy to apply.</param>
/// <param name="Address">The caller's address.</param>
/// <param name="Caller">The caller at that address.</param>
/// <param name="Request">The request to decide on.</param>
/// <param name="Decision">The decision; null for a probe that receives IMDS's own error.</param>
/// <param name="Rules">The result of each rule for the request; empty if the caller is not a pod.</param>
internal sealed record Explanation(
    PolicySnapshot Policy, IPAddress Address, Caller Caller, ImdsRequest Request, Decision? Decision, ImmutableArray<RuleExplanation> Rules)
{
    public static Explanation Of(PolicySnapshot policy, IPAddress address, Caller caller, ImdsRequest request, bool isProbe) => new(
        policy,
        address,
        caller,
        request,
        isProbe ? policy.DecideProbe(caller, request) : policy.Decide(caller, request),
        caller is Caller.Pod pod ? RuleExplanation.AllOf(policy, pod.Identity, request) : []);

    /// <summary>The denial, whether enforced or lifted by audit mode; null if nothing denies the request.</summary>
    public Denial? Denial => Decision as Denial ?? (Decision as Permit)?.Shadow;

    /// <summary>Whether the request is sent to IMDS.</summary>
    public bool IsSent => Decision is Permit;

    /// <summary>Whether only IMDS's answer reveals the identity, so that the decision depends on it.</summary>
    public bool WaitsForAnswer =>
        IsSent
        && Request.Endpoint.IssuesCredential
        && (Decision!.Request.Selector is null || Rules.Any(rule => rule.SpeaksOfCaller && rule.Permissions.Any(permission => permission.Result == MatchResult.WaitsForAnswer)));

    /// <summary>The permission that would allow the request, or null if no permission can.</summary>
    public PermissionHint? Hint => Denial is { } denial ? PermissionHint.ForDenied(Policy, Caller, Request, denial.Reason) : null;
}

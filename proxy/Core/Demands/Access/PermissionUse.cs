using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Credentials;
using ImdsProxy.Core.Demands.Replaying;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Deciding;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Demands.Access;

/// <summary>Finds the permissions that the answered requests of a log did not need.</summary>
internal static class PermissionUse
{
    /// <summary>The permissions on credentials that no answered demand matches, in the order of the policy.</summary>
    /// <remarks>Labels are not compared, so a permission counts as used if any pod of its other workload fields used it.</remarks>
    public static IEnumerable<UnusedPermission> UnusedOf(PolicyDocument policy, DemandTable table)
    {
        var compiled = PolicySnapshot.Compile(policy);
        var answered = table.Demands.Where(static demand => demand is { IsAnswered: true, Answer: not null }).Select(Answered.Of).OfType<Answered>().ToList();
        foreach (var rule in compiled.Rules)
        {
            var credentials = rule.Allows.Where(static allow => ImdsEndpoints.Find(allow.Source.Path.Text).IssuesCredential).ToList();
            var ofRule = credentials.Count == 0 ? [] : answered.Where(demand => SpeaksOf(rule.Source, demand.Workload)).ToList();
            foreach (var allow in credentials.Where(allow => !ofRule.Exists(demand => demand.Matches(allow))))
            {
                yield return new UnusedPermission(rule.Source, allow.Source);
            }
        }
    }

    private static bool SpeaksOf(PolicyRule rule, WorkloadIdentity workload) =>
        rule.Workloads.Any(match => (match with { Labels = default }).Matches(workload)) && !rule.Except.Any(match => match.Labels.IsDefaultOrEmpty && match.Matches(workload));

    private sealed record Answered(WorkloadIdentity Workload, Question Question)
    {
        public static Answered? Of(Demand demand) =>
            ReplayedRequest.Of(demand.Key) is { } request
                ? new Answered(
                    new PodIdentity(demand.Key.Workload.Namespace, "", "", demand.Key.Workload.ServiceAccount, demand.Key.Owner, []).Workload,
                    Question.After(request, new CredentialAnswer(demand.Answer!.ClientId, demand.Answer.Resource)))
                : null;

        public bool Matches(CompiledAllow allow) =>
            allow.MatchPath(Question.Request) == MatchResult.Match && allow.MatchDetails(Question) == MatchResult.Match;
    }
}

using System.Collections.Immutable;
using ImdsProxy.Core.Demands.Replaying;
using ImdsProxy.Core.Policy;

namespace ImdsProxy.Core.Demands.Access;

/// <summary>Which workload uses which identity for which resource, and what a policy grants without need.</summary>
/// <param name="Rows">The workloads, sorted.</param>
/// <param name="Unused">The permissions that nobody needed, in the order of the policy. Empty without a policy.</param>
public sealed record AccessMatrix(ImmutableArray<AccessRow> Rows, ImmutableArray<UnusedPermission> Unused)
{
    private static readonly PolicyDocument Nothing = new(PolicyMode.Enforce, [], [], [], "");

    /// <summary>Sorts the demands of a log by workload, identity and resource.</summary>
    /// <param name="table">The demands.</param>
    /// <param name="policy">The policy that is asked, as if it were enforced; or null for none.</param>
    public static AccessMatrix Of(DemandTable table, PolicyDocument? policy)
    {
        var learned = LearnedIdentities.Of(table);
        var decided = new DecidedPolicy(policy ?? Nothing, table, learned);
        var identities = DemandIdentities.Of(table, policy);
        return new AccessMatrix(
            [
                .. table.Demands
                    .GroupBy(static demand => demand.Key.Workload)
                    .OrderBy(static workload => workload.Key)
                    .Select(workload => RowOf(workload.Key, [.. workload], decided, identities)),
            ],
            policy is null ? [] : [.. PermissionUse.UnusedOf(policy, table)]);
    }

    private static AccessRow RowOf(DemandWorkload workload, List<Demand> demands, DecidedPolicy decided, DemandIdentities identities) => new(
        workload,
        [.. demands.Select(static demand => demand.Key.Owner).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
        [
            .. demands
                .Where(IsCredential)
                .GroupBy(demand => (ClientId: identities.ClientIdOf(demand), Resource: demand.Answer?.Resource ?? demand.Key.Resource))
                .OrderBy(static use => use.Key.ClientId, StringComparer.Ordinal)
                .ThenBy(static use => use.Key.Resource, StringComparer.Ordinal)
                .Select(use => UseOf(use.Key.ClientId, use.Key.Resource, [.. use], decided)),
        ],
        demands.Where(static demand => !IsCredential(demand)).Sum(static demand => demand.Requests));

    private static bool IsCredential(Demand demand) => demand.Key.Endpoint.IssuesCredential && !demand.Key.IsProbe;

    // The worst verdict counts, because a use without a rule must not hide behind one that a rule allows.
    private static AccessUse UseOf(string? clientId, string? resource, List<Demand> demands, DecidedPolicy decided)
    {
        var verdicts = demands.ConvertAll(decided.Of);
        var worst = verdicts.Find(static verdict => verdict.IsDeniedByRule) is { IsDeniedByRule: true } denied ? denied
            : verdicts.Find(static verdict => !verdict.IsAllowed) is { Rule: var rule } && verdicts.Exists(static verdict => !verdict.IsAllowed) ? new PolicyVerdict(false, false, rule)
            : verdicts[0];
        return new AccessUse(
            clientId,
            resource,
            demands.Sum(static demand => demand.Requests),
            demands.SelectMany(static demand => demand.Parts).SelectMany(static part => part.PerDay).Select(static day => day.Day).Distinct().Count(),
            demands.Max(static demand => demand.Last),
            demands.Exists(static demand => demand.IsAnswered),
            worst.IsDeniedByRule ? AccessState.Denied : worst.IsAllowed ? AccessState.Allowed : AccessState.NotAllowed,
            worst.Rule);
    }
}

using ImdsProxy.Core.Policy;

namespace ImdsProxy.Core.Demands.Replaying;

/// <summary>Determines for each demand whether the fully enforced policy allows it, and whether a deny of the policy closes it.</summary>
internal sealed class DecidedPolicy
{
    private readonly ReplayedPolicy _policy;
    private readonly ReplayedPolicy _opened;

    public DecidedPolicy(PolicyDocument policy, DemandTable table, LearnedIdentities learned)
    {
        _policy = new ReplayedPolicy(policy, asWritten: false, table, learned);
        _opened = new ReplayedPolicy(Opened(policy, table), asWritten: false, table, learned);
    }

    /// <summary>Decides a demand. Pods whose labels are unknown count as pods without labels.</summary>
    public PolicyVerdict Of(Demand demand)
    {
        var denied = Decide(_opened, demand).Where(static replay => replay is { Cause: null, IsLetThrough: false, Reason: Reason.DenyRule }).ToList();
        if (denied.Count > 0)
        {
            return new PolicyVerdict(false, true, denied[0].Rule);
        }

        var replays = Decide(_policy, demand).ToList();
        return new PolicyVerdict(replays.TrueForAll(static replay => replay is { Cause: null, IsLetThrough: true }), false, replays[0].Rule);
    }

    private static IEnumerable<Replay> Decide(ReplayedPolicy policy, Demand demand) =>
        demand.Parts.SelectMany(part => part.Labels.Select(labels => policy.DecideAs(demand, part, labels.Labels.IsDefault ? [] : labels.Labels)));

    // Without an allow, most requests are denied before any deny sees the answer. So each workload is allowed
    // everything that it demanded, and only the denies decide.
    private static PolicyDocument Opened(PolicyDocument policy, DemandTable table) => policy with
    {
        Rules =
        [
            .. policy.Rules,
            .. table.Demands.GroupBy(static demand => demand.Key.Workload).Select(static workload => new PolicyRule(
                $"everything of {workload.Key}",
                null,
                null,
                [new WorkloadMatch([workload.Key.Namespace], [workload.Key.ServiceAccount], default, [])],
                [],
                [.. workload.GroupBy(static demand => (demand.Key.Method, demand.Key.Path)).Select(static same => AllowOf(same.Key.Method, same.Key.Path, same))],
                [])),
        ],
    };

    private static AllowPermission AllowOf(string method, string path, IEnumerable<Demand> demands) => new(
        PathPattern.Of(path), [method], ["*"], ["*"], [.. demands.SelectMany(static demand => demand.Key.ExtraQuery).Distinct(StringComparer.Ordinal)]);
}

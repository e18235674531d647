using System.Collections.Immutable;
using ImdsProxy.Core.Demands.Replaying;
using ImdsProxy.Core.Policy;

namespace ImdsProxy.Core.Demands.Suggesting;

/// <summary>Chooses the demands that a suggestion decides and the demands that it leaves out.</summary>
internal sealed class DemandChoice
{
    private readonly DemandJudge _judge;
    private readonly List<WantedDemand> _wanted = [];
    private readonly List<LeftOut> _leftOut = [];

    public DemandChoice(DemandTable table, SuggestOptions options, DemandJudge judge)
    {
        _judge = judge;
        var accept = Accepted(table, options);
        var judged = table.Demands.Select(demand => (Demand: demand, Left: judge.Judge(demand))).ToList();
        var isAllowed = judged
            .Where(entry => entry.Left is { Reason: LeftOutReason.AlreadyAllowed }
                || (entry.Left is null && KnownCallers.QuietPathOf(entry.Demand) is null)
                || (entry.Left is null or { IsAcceptable: true } && accept.Contains(entry.Demand.Id)))
            .Select(static entry => entry.Demand)
            .ToLookup(static demand => demand.Key.Workload);
        foreach (var (demand, left) in judged)
        {
            Choose(demand, left, accept.Contains(demand.Id), isAllowed[demand.Key.Workload]);
        }
    }

    public IdentityFacts Facts => _judge.Facts;

    public IReadOnlyCollection<WantedDemand> Wanted => _wanted;

    public IReadOnlyCollection<LeftOut> LeftOut => _leftOut;

    /// <summary>Leaves out the demands that a policy does not let through in spite of their permission. Returns whether there were any.</summary>
    public bool Withdraw(Func<Demand, PolicyVerdict> decide)
    {
        var refused = _wanted
            .Where(static want => want.QuietPath is null)
            .Select(want => (Want: want, Decision: decide(want.Demand)))
            .Where(static entry => !entry.Decision.IsAllowed)
            .ToList();
        foreach (var (want, decision) in refused)
        {
            _wanted.Remove(want);
            _leftOut.Add(new LeftOut(want.Demand, decision.IsDeniedByRule ? LeftOutReason.DeniedByRule : LeftOutReason.IdentityUnknown, want.Demand.Requests) { Rule = decision.Rule });
        }

        return refused.Count > 0;
    }

    /// <summary>Notes which of the demands left out are allowed all the same, because another demand needs the same permission.</summary>
    public void Recognise(Func<Demand, PolicyVerdict> decide)
    {
        for (var i = 0; i < _leftOut.Count; i++)
        {
            if (_leftOut[i] is { Reason: not (LeftOutReason.Probe or LeftOutReason.AlreadyAllowed or LeftOutReason.DeniedByRule), Demand: { } demand }
                && decide(demand) is { IsAllowed: true } decision)
            {
                _leftOut[i] = new LeftOut(demand, LeftOutReason.AlreadyAllowed, demand.Requests) { Rule = decision.Rule };
            }
        }
    }

    // If two demands have the same id, a person who accepts the id may have seen only one of them.
    private static ImmutableHashSet<string> Accepted(DemandTable table, SuggestOptions options)
    {
        var ids = table.Demands.CountBy(static demand => demand.Id, StringComparer.Ordinal).Where(static entry => entry.Value == 1).Select(static entry => entry.Key);
        return options.Accept.Intersect(ids, StringComparer.Ordinal).ToImmutableHashSet(StringComparer.Ordinal);
    }

    private void Choose(Demand demand, LeftOut? left, bool isAccepted, IEnumerable<Demand> allowed)
    {
        if (isAccepted && left is null or { IsAcceptable: true })
        {
            _wanted.Add(new WantedDemand(demand, WantedPermission.Of(demand, Facts), null));
            return;
        }

        // A quiet deny must not close what the workload is allowed on the same paths.
        if (KnownCallers.QuietPathOf(demand) is { } path
            && left is null or { Reason: LeftOutReason.ImdsRefused or LeftOutReason.UnknownEndpoint }
            && !allowed.Any(other => IsClosedBy(other, path)))
        {
            left = _judge.OfEvidence(demand);
            if (left is null)
            {
                _wanted.Add(new WantedDemand(demand, WantedPermission.Of(demand, Facts), path));
                return;
            }
        }

        if (left is null)
        {
            _wanted.Add(new WantedDemand(demand, WantedPermission.Of(demand, Facts), null));
        }
        else
        {
            _leftOut.Add(left);
        }
    }

    private static bool IsClosedBy(Demand demand, string path) => PathPattern.Of(path).Matches(demand.Key.Path, StringComparison.OrdinalIgnoreCase);
}

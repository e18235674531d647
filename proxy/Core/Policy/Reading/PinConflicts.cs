using System.Collections.Immutable;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Policy.Reading;

/// <summary>Finds permissions that would pin the same request to different identities.</summary>
internal sealed class PinConflicts(ProblemList problems)
{
    /// <summary>Bounds the time for comparing all pairs. No person writes more pins by hand.</summary>
    private const int MaxPins = 1000;

    public void Find(IReadOnlyList<PlacedRule> rules)
    {
        var pins = PlacedAllow.Where(rules, static allow => allow.AsIdentity is not null);
        if (pins.Count > MaxPins)
        {
            problems.Whole(ProblemSeverity.Error, pins[MaxPins].At, $"more than {MaxPins} permissions pin an identity: name several workloads in one rule");
            return;
        }

        for (var i = 0; i < pins.Count; i++)
        {
            for (var j = 0; j < i; j++)
            {
                Compare(pins[i], pins[j]);
            }
        }
    }

    private void Compare(in PlacedAllow pin, in PlacedAllow before)
    {
        if (pin.Allow.AsIdentity == before.Allow.AsIdentity
            || !SameResource(pin.Allow.Resources, before.Allow.Resources)
            || !WorkloadOverlap.IsPossible(pin.Rule, before.Rule))
        {
            return;
        }

        var isCertain = WorkloadOverlap.IsCertain(pin.Rule, before.Rule);
        problems.Whole(
            isCertain ? ProblemSeverity.Error : ProblemSeverity.Warning,
            pin.At,
            $"a request that names no identity would be sent as '{pin.Allow.AsIdentity}' here and as '{before.Allow.AsIdentity}' by the rule '{before.Rule.Name}'"
            + (isCertain ? ": pin one of them" : ", for a workload that both rules match: the request would be denied"));
    }

    private static bool SameResource(ImmutableArray<string> one, ImmutableArray<string> other) =>
        !one.IsDefault && !other.IsDefault
        && one.Any(left => left == "*" || other.Any(right => right == "*" || ResourceName.Comparable(left) == ResourceName.Comparable(right)));
}

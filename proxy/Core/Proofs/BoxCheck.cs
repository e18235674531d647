using System.Collections.Immutable;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Proofs.Requests;
using ImdsProxy.Core.Proofs.Workloads;

namespace ImdsProxy.Core.Proofs;

/// <summary>Finds the rules that matter, one box of workloads at a time.</summary>
/// <param name="cells">The cells of the slice.</param>
/// <param name="side">The policy.</param>
/// <param name="states">What is known about its rules.</param>
/// <param name="findsShadows">Whether shadowed allows are looked for.</param>
internal sealed class BoxCheck(Cells cells, PolicySide side, Dictionary<string, RuleState> states, bool findsShadows)
{
    /// <summary>The standing with only these terms.</summary>
    public static Standing Only(PolicySide side, IReadOnlyList<AllowTerm> allows, IReadOnlyList<DenyTerm> denies) =>
        new(PolicyMode.Enforce, allows, denies, side.Decider.Identities);

    /// <summary>Whether something is permitted.</summary>
    public static bool Permits(Cells cells, Standing standing)
    {
        var found = false;
        cells.Explore([standing], cell => found |= cell.Outcomes[0] == Outcome.Permitted);
        return found;
    }

    /// <summary>Whether denies match something.</summary>
    public static bool Matches(Cells cells, Standing standing)
    {
        var found = false;
        cells.Explore([standing with { Mode = PolicyMode.Audit }], cell => found |= cell.Outcomes[0] != Outcome.Permitted);
        return found;
    }

    public void Check(WorkloadBox box, ImmutableArray<Standing> standings)
    {
        var standing = standings[0];
        foreach (var name in standing.Allows.Select(static allow => allow.Rule).Concat(standing.Denies.Select(static deny => deny.Rule)).Distinct(StringComparer.Ordinal))
        {
            states[name].HasWorkloads = true;
            if (!states[name].IsNeeded)
            {
                CheckRule(states[name], standing);
            }
        }

        foreach (var allow in findsShadows ? standing.Allows : [])
        {
            CheckShadow(states[allow.Rule], allow, standing);
        }
    }

    // Denies are compared only with denies, so a deny is needed even if no rule yet allows the requests that it denies.
    private void CheckRule(RuleState state, Standing standing)
    {
        var name = state.Rule.Name;
        var (allows, otherAllows) = (standing.Allows.Where(allow => allow.Rule == name).ToList(), standing.Allows.Where(allow => allow.Rule != name).ToList());
        var (denies, otherDenies) = (standing.Denies.Where(deny => deny.Rule == name).ToList(), standing.Denies.Where(deny => deny.Rule != name).ToList());
        if ((denies.Count > 0 && otherDenies.Count == 0)
            || (allows.Count > 0 && otherAllows.Count == 0 && standing.Mode == PolicyMode.Enforce)
            || Differs(standing with { Allows = [], Mode = PolicyMode.Audit }, standing with { Allows = [], Denies = otherDenies, Mode = PolicyMode.Audit })
            || Differs(standing, standing with { Allows = otherAllows }))
        {
            state.IsNeeded = true;
            return;
        }

        if (allows.Count > 0)
        {
            state.Covering.UnionWith(Meeting(otherAllows, allows));
        }

        if (denies.Count > 0)
        {
            state.Covering.UnionWith(Meeting(otherDenies, denies));
        }
    }

    private bool Differs(Standing with, Standing without)
    {
        var differs = false;
        cells.Explore([with, without], cell => differs |= cell.Outcomes[0] != cell.Outcomes[1] || ActsDifferently(cell));
        return differs;
    }

    // Both may permit a request, but send it with different identities or show different parts of the answer.
    private static bool ActsDifferently(IRequestCell cell) => cell switch
    {
        CredentialCell { Pins: [var one, var other] } => one != other,
        PathCell path => ViewDifference.Of(path.Views[0], path.Views[1], path.Path.Example).Count > 0
            || ViewDifference.Of(path.Views[1], path.Views[0], path.Path.Example).Count > 0,
        _ => false,
    };

    // The other rules that permit at least one request that these allows permit too.
    private IEnumerable<string> Meeting(List<AllowTerm> others, List<AllowTerm> allows) => others
        .GroupBy(static allow => allow.Rule, StringComparer.Ordinal)
        .Where(other => Meets(Only(side, [.. other], []), Only(side, allows, [])))
        .Select(static other => other.Key);

    private IEnumerable<string> Meeting(List<DenyTerm> others, List<DenyTerm> denies) => others
        .GroupBy(static deny => deny.Rule, StringComparer.Ordinal)
        .Where(other => MeetDenies([.. other], denies))
        .Select(static other => other.Key);

    private bool MeetDenies(List<DenyTerm> some, List<DenyTerm> others)
    {
        var meets = false;
        var (one, other) = (Only(side, [], some) with { Mode = PolicyMode.Audit }, Only(side, [], others) with { Mode = PolicyMode.Audit });
        cells.Explore([one, other], cell => meets |= cell.Outcomes[0] != Outcome.Permitted && cell.Outcomes[1] != Outcome.Permitted);
        return meets;
    }

    private bool Meets(Standing one, Standing other)
    {
        var meets = false;
        cells.Explore([one, other], cell => meets |= cell.Outcomes[0] == Outcome.Permitted && cell.Outcomes[1] == Outcome.Permitted);
        return meets;
    }

    private void CheckShadow(RuleState state, AllowTerm allow, Standing standing)
    {
        if (state.IsPermitting(allow.Source))
        {
            return;
        }

        if (standing.Denies.Count == 0 || Permits(cells, Only(side, [allow], standing.Denies)))
        {
            state.Permit(allow.Source);
            return;
        }

        if (Permits(cells, Only(side, [allow], [])))
        {
            state.Shadow(allow.Source, Shadowing(allow, standing.Denies));
        }
    }

    // The first rule that alone denies everything that the allow permits. If no rule does, all rules that deny part of it.
    private IEnumerable<string> Shadowing(AllowTerm allow, IReadOnlyList<DenyTerm> denies)
    {
        var rules = denies.GroupBy(static deny => deny.Rule, StringComparer.Ordinal).OrderBy(static rule => rule.Key, StringComparer.Ordinal).ToList();
        return rules.Find(rule => !Permits(cells, Only(side, [allow], [.. rule]))) is { } one
            ? [one.Key]
            : rules.Where(rule => Takes(allow, [.. rule])).Select(static rule => rule.Key);
    }

    private bool Takes(AllowTerm allow, List<DenyTerm> denies)
    {
        var takes = false;
        cells.Explore([Only(side, [allow], []), Only(side, [allow], denies)], cell => takes |= cell.Outcomes[0] != cell.Outcomes[1]);
        return takes;
    }
}

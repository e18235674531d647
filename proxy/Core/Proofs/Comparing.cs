using System.Collections.Immutable;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Proofs.Atoms;
using ImdsProxy.Core.Proofs.Requests;
using ImdsProxy.Core.Proofs.Workloads;

namespace ImdsProxy.Core.Proofs;

/// <summary>Compares two policies.</summary>
internal sealed class Comparing
{
    /// <summary>The maximum total length of the lists that are kept to recognize boxes with equal rules: 16 MB.</summary>
    private const long MaxRemembered = 4_000_000;

    private readonly ImmutableArray<PolicySide> _sides;
    private readonly Dictionary<Slice, FoundSets<(DifferenceKind Kind, bool IsMore)>> _found = [];

    private readonly bool _keepsAll;

    private Comparing(ImmutableArray<PolicySide> sides, bool keepsAll) => (_sides, _keepsAll) = (sides, keepsAll);

    /// <summary>Compares B with A.</summary>
    /// <param name="a">A.</param>
    /// <param name="b">B.</param>
    /// <param name="assumption">Which modes hold.</param>
    /// <param name="scope">The workloads in question, or null for all.</param>
    /// <param name="budget">The most steps.</param>
    /// <param name="keepsAll">Whether to keep terms and requests that cannot matter. The answer says the same; tests compare both.</param>
    public static Comparison Of(PolicyDocument a, PolicyDocument b, Assumption assumption, Scope? scope, long budget, bool keepsAll = false)
    {
        var comparing = new Comparing([PolicySide.Of(a, assumption), PolicySide.Of(b, assumption)], keepsAll);
        var steps = new Budget(budget);
        var verdict = Attempt.Within(steps, () => comparing.Explore(scope, steps));
        return comparing.Confirmed(verdict, ModesDiffer(a, b)) with
        {
            HostNetworkDiffers = HostNetworkDiffers(a, b),
            HostNetworkMayGiveMore = HostNetworkDiffers(a, b) && a.HostNetwork.MayEnforce && b.HostNetwork is not { Mode: PolicyMode.Enforce, ModeExceptions.IsEmpty: true },
        };
    }

    private void Explore(Scope? scope, Budget budget)
    {
        var exploration = new Exploration(_sides, [], scope, budget) { SkipsSame = true, KeepsAll = _keepsAll };
        foreach (var slice in Enum.GetValues<Slice>())
        {
            if (!TryExplore(exploration, slice, budget))
            {
                // Narrowed terms and natural requests do not show every difference of this slice.
                TryExplore(new Exploration(_sides, [], scope, budget) { SkipsSame = true, KeepsAll = true }, slice, budget);
            }
        }
    }

    private bool TryExplore(Exploration exploration, Slice slice, Budget budget)
    {
        var found = _found[slice] = new FoundSets<(DifferenceKind, bool)>(_sides, budget);
        var cells = exploration.CellsOf(slice);
        var remembered = 0L;
        var known = new Dictionary<List<int>, List<Found>>(SameEntries.Comparer);
        return exploration.Branches(slice, branch =>
        {
            var meanings = branch.Meanings();
            if (known.TryGetValue(meanings, out var same))
            {
                same.ForEach(set => set.Boxes.Add(branch.Box));
                return true;
            }

            var (standings, all) = (branch.Standings(), new List<(IRequestCell Cell, DifferenceKind? Kind, bool IsMore)>());
            if (branch.NaturalChange() is not { } changed)
            {
                cells.Explore(standings, cell => Sort(cell, all));
            }
            else if (!cells.TryExploreNatural(standings, changed, cell => Sort(cell, all)))
            {
                return false;
            }

            List<Found> sets = [.. Add(found, branch.Box, standings, all)];
            if (remembered <= MaxRemembered)
            {
                known[meanings] = sets;
                remembered += meanings.Count;
            }

            return true;
        });
    }

    private static void Sort(IRequestCell cell, List<(IRequestCell, DifferenceKind?, bool)> all)
    {
        var (a, b) = (cell.Outcomes[0], cell.Outcomes[1]);
        if (a != b)
        {
            var isAccess = a == Outcome.Permitted || b == Outcome.Permitted;
            DifferenceKind? kind = isAccess ? DifferenceKind.Access : cell.Extra.IsEmpty ? DifferenceKind.Quiet : null;
            all.Add((cell, kind, isAccess ? b == Outcome.Permitted : b == Outcome.DeniedQuietly));
        }
        else if (cell is PathCell { Views: var views } path)
        {
            all.Add((cell, null, false));
            foreach (var isMore in new[] { true, false })
            {
                if (Fields(path, views, isMore).Count > 0)
                {
                    all.Add((cell, DifferenceKind.Fields, isMore));
                }
            }
        }
    }

    private static IEnumerable<Found> Add(
        FoundSets<(DifferenceKind Kind, bool IsMore)> found,
        WorkloadBox box,
        ImmutableArray<Standing> standings,
        List<(IRequestCell Cell, DifferenceKind? Kind, bool IsMore)> all)
    {
        foreach (var same in all.Where(static entry => entry.Kind is not null).GroupBy(static entry => (Kind: entry.Kind!.Value, entry.IsMore)))
        {
            var cells = same.Select(static entry => entry.Cell).ToList();
            var members = cells.ToHashSet<object>(ReferenceEqualityComparer.Instance);
            var others = same.Key.Kind == DifferenceKind.Fields ? [] : all.Select(static entry => entry.Cell).Where(cell => !members.Contains(cell));
            yield return found.Add(same.Key, box, cells, others, Patterns(same.Key.Kind, standings[same.Key.IsMore ? 1 : 0]), Suffix(same.Key, cells));
        }
    }

    private static IEnumerable<PathPattern> Patterns(DifferenceKind kind, Standing standing) => kind == DifferenceKind.Quiet
        ? standing.Denies.Where(static deny => deny.Source.Quiet).Select(static deny => deny.Source.Path ?? PathPattern.Of("/**"))
        : standing.Allows.Select(static allow => allow.Source.Path);

    private static string Suffix((DifferenceKind Kind, bool IsMore) key, List<IRequestCell> cells)
    {
        if (key.Kind != DifferenceKind.Fields)
        {
            return "";
        }

        var fields = cells.Cast<PathCell>().SelectMany(cell => Fields(cell, cell.Views, key.IsMore)).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        var outermost = fields.Where(field => !fields.Exists(other => field.StartsWith(other + ".", StringComparison.OrdinalIgnoreCase)));
        return ": " + NameAtomsText.Names([.. outermost.Order(StringComparer.OrdinalIgnoreCase)]);
    }

    private static IReadOnlyList<string> Fields(PathCell cell, ImmutableArray<Redaction.DocumentView?> views, bool isMore) =>
        ViewDifference.Of(views[isMore ? 0 : 1], views[isMore ? 1 : 0], cell.Path.Example);

    private Comparison Confirmed(ProofVerdict verdict, bool modesDiffer)
    {
        var differences = new List<(Difference Difference, bool IsMore)>();
        foreach (var (key, found) in _found.Values.SelectMany(static found => found.All))
        {
            if (Confirm(key, found) is not { } difference)
            {
                return new Comparison([], [], [], [], modesDiffer, Attempt.Disagreement(found, _sides));
            }

            differences.Add((difference, key.IsMore));
        }

        return new Comparison(
            Of(isMore: true, isQuiet: false), Of(isMore: false, isQuiet: false), Of(isMore: true, isQuiet: true), Of(isMore: false, isQuiet: true), modesDiffer, verdict);

        ImmutableArray<Difference> Of(bool isMore, bool isQuiet) =>
        [
            .. differences
                .Where(entry => entry.IsMore == isMore && (entry.Difference.Kind == DifferenceKind.Quiet) == isQuiet)
                .Select(static entry => entry.Difference)
                .OrderBy(static difference => difference.Kind),
        ];
    }

    // The decider of each policy must do what the cell says.
    private Difference? Confirm((DifferenceKind Kind, bool IsMore) key, Found found)
    {
        if (WitnessBuilder.Of(found.Boxes[0], found.Cell) is not { } witness)
        {
            return null;
        }

        var replays = _sides.Select(side => Replay.Of(side.Decider, witness)).ToList();
        if (!replays.Select(static replay => replay.Outcome).SequenceEqual(found.Cell.Outcomes)
            || (key.Kind == DifferenceKind.Fields
                && ViewDifference.Of(replays[key.IsMore ? 0 : 1].View, replays[key.IsMore ? 1 : 0].View, witness.Request.Path).Count == 0))
        {
            return null;
        }

        return new Difference(key.Kind, found.Workloads, found.Requests, replays[key.IsMore ? 1 : 0].Rule, witness);
    }

    private static bool ModesDiffer(PolicyDocument a, PolicyDocument b) =>
        a.Mode != b.Mode
        || ListsDiffer(a.ModeExceptions, b.ModeExceptions)
        || HostNetworkDiffers(a, b)
        || !a.Rules.Select(static rule => (rule.Name, rule.Mode)).Where(static rule => rule.Mode is not null).ToHashSet()
            .SetEquals(b.Rules.Select(static rule => (rule.Name, rule.Mode)).Where(static rule => rule.Mode is not null));

    private static bool HostNetworkDiffers(PolicyDocument a, PolicyDocument b) =>
        a.HostNetwork.Mode != b.HostNetwork.Mode || ListsDiffer(a.HostNetwork.ModeExceptions, b.HostNetwork.ModeExceptions);

    private static bool ListsDiffer(ImmutableArray<WorkloadMatch> a, ImmutableArray<WorkloadMatch> b) =>
        !a.Select(RuleText.Of).ToHashSet(StringComparer.Ordinal).SetEquals(b.Select(RuleText.Of));
}

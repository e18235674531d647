using System.Collections.Immutable;
using ImdsProxy.Core.Proofs.Atoms;

namespace ImdsProxy.Core.Proofs.Requests;

/// <summary>
/// Splits all requests for one kind of credential, together with IMDS's answers, into cells. A request is decided twice: as
/// requested, and again with IMDS's answer. The decisions share only the identity, so they are split separately and joined by identity.
/// </summary>
/// <param name="slice">Tokens or certificates.</param>
/// <param name="selectors">The selectors.</param>
/// <param name="budget">Pays for the work.</param>
internal sealed class CredentialSpace(Slice slice, SelectorAtoms selectors, Budget budget)
{
    private readonly ResourceAtoms _resources = new();

    /// <summary>Visits only the natural cells that two policies decide differently, see <see cref="NaturalSpace"/>.</summary>
    /// <param name="standings">What holds under each policy.</param>
    /// <param name="changed">What the changed terms concern.</param>
    /// <param name="visit">Receives each cell.</param>
    /// <returns>Whether these cells show every kind of difference.</returns>
    public bool TryExploreNatural(IReadOnlyList<Standing> standings, ChangedTokens changed, Action<CredentialCell> visit)
    {
        var natural = new NaturalSpace(slice, selectors, _resources, budget);
        foreach (var (extra, sides) in Sides(standings))
        {
            if (!natural.TryExplore(sides, extra, changed, visit))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Visits all cells.</summary>
    /// <param name="standings">What holds under each policy.</param>
    /// <param name="visit">Receives each cell.</param>
    public void Explore(IReadOnlyList<Standing> standings, Action<CredentialCell> visit)
    {
        foreach (var (extra, sides) in Sides(standings))
        {
            Explore(sides, extra, visit);
        }
    }

    /// <summary>The cell of a request and its answer.</summary>
    public static CredentialCell Cell(Slice slice, ImmutableArray<string> extra, SelectorAtom selector, AskedAtoms asked, AnswerAtoms? answered)
    {
        var outcomes = ImmutableArray.CreateBuilder<Outcome>(asked.Decisions.Length);
        var rules = ImmutableArray.CreateBuilder<string?>(asked.Decisions.Length);
        for (var side = 0; side < asked.Decisions.Length; side++)
        {
            var outcome = asked.Decisions[side].Then(answered, side);
            outcomes.Add(outcome);
            rules.Add(outcome == Outcome.Permitted ? answered?.Rules[side] : null);
        }

        return new CredentialCell(
            slice,
            extra,
            selector,
            asked.Resources,
            answered,
            outcomes.MoveToImmutable(),
            rules.MoveToImmutable(),
            selector.IsNone ? [.. asked.Decisions.Select(static decision => decision.BoundTo)] : []);
    }

    private IEnumerable<(ImmutableArray<string> Extra, IdentityIndex[] Sides)> Sides(IReadOnlyList<Standing> standings)
    {
        var allows = standings.SelectMany(static standing => standing.Allows).ToList();
        budget.Spend(allows.Count + standings.Sum(static standing => standing.Denies.Count));
        foreach (var extra in ExtraKeys.ClassesOf(standings, allows, RuleTerms.EndpointOf(slice), budget))
        {
            yield return (extra, [.. standings.Select(standing => new IdentityIndex(standing, extra.IsEmpty ? standing.Allows : [.. standing.Allows.Where(allow => allow.Accepts(extra))]))]);
        }
    }

    private void Explore(IdentityIndex[] sides, ImmutableArray<string> extra, Action<CredentialCell> visit)
    {
        var ids = sides.SelectMany(static side => side.ClientIds).Concat(selectors.Differing).ToHashSet(StringComparer.Ordinal);
        ids.Add(SelectorAtoms.Unmentioned(ids));
        var clientIds = ids.Order(StringComparer.Ordinal).ToArray();
        var asking = new AskingSplit(sides, slice, _resources, budget);
        var answering = new AnswerSplit(sides, slice, selectors, _resources, budget);
        foreach (var selector in selectors.For(ids))
        {
            foreach (var asked in asking.Of(selector))
            {
                foreach (var answered in AnswersTo(asked, sides, clientIds, answering))
                {
                    budget.Spend(Budget.Cell);
                    visit(Cell(slice, extra, selector, asked, answered));
                }
            }
        }
    }

    // If a policy resolves the requested identity, it denies an answer with any other identity.
    private static IEnumerable<AnswerAtoms?> AnswersTo(AskedAtoms asked, IdentityIndex[] sides, string[] clientIds, AnswerSplit answering)
    {
        var permitting = Enumerable.Range(0, sides.Length)
            .Where(side => !sides[side].Standing.IsGoal && asked.Decisions[side].Outcome == Outcome.Permitted)
            .ToList();
        if (permitting.Count == 0)
        {
            return [null];
        }

        var bound = permitting.Select(side => asked.Decisions[side].BoundTo).Distinct(StringComparer.Ordinal).ToList();
        return (bound.Contains(null) ? clientIds.Union(bound.OfType<string>(), StringComparer.Ordinal) : bound.OfType<string>()).SelectMany(answering.Of);
    }
}

using System.Collections.Immutable;
using ImdsProxy.Core.Proofs.Atoms;

namespace ImdsProxy.Core.Proofs.Requests;

/// <summary>
/// Compares two policies by natural requests only: those that name an identity by its client id and are answered with this identity and the
/// requested resource. Where no allow is pinned, no deny is quiet and no deny names an audience, both decisions on such a request rest on the same
/// terms. A difference in either decision then shows in a natural request, and one resource costs one step instead of one for each answer.
/// </summary>
/// <param name="slice">Tokens or certificates.</param>
/// <param name="selectors">The selectors.</param>
/// <param name="resources">The resources.</param>
/// <param name="budget">Pays for the work.</param>
internal sealed class NaturalSpace(Slice slice, SelectorAtoms selectors, ResourceAtoms resources, Budget budget)
{
    /// <summary>Visits the natural cells that the policies decide differently.</summary>
    /// <param name="sides">What holds under each policy.</param>
    /// <param name="extra">The extra query keys.</param>
    /// <param name="changed">What the changed terms concern.</param>
    /// <param name="visit">Receives each cell.</param>
    /// <returns>Whether these cells show every kind of difference. If not, all cells must be visited.</returns>
    public bool TryExplore(IdentityIndex[] sides, ImmutableArray<string> extra, ChangedTokens changed, Action<CredentialCell> visit)
    {
        var asking = new AskingSplit(sides, slice, resources, budget);
        var answering = new AnswerSplit(sides, slice, selectors, resources, budget);
        var (isMore, isLess) = (false, false);
        foreach (var id in IdsOf(sides, changed))
        {
            var selector = selectors.OfClientId(id);
            foreach (var asked in asking.Of(selector).Where(static asked => IsDifferent(asked.Decisions)))
            {
                foreach (var answered in answering.Of(id))
                {
                    budget.Spend(Budget.Cell + asked.Resources.Count);
                    var cell = CredentialSpace.Cell(slice, extra, selector, asked, answered);
                    if (cell.Outcomes[0] != cell.Outcomes[1] && cell.IsNatural)
                    {
                        isMore |= cell.Outcomes[1] == Outcome.Permitted;
                        isLess |= cell.Outcomes[0] == Outcome.Permitted;
                        visit(cell);
                    }
                }
            }
        }

        return asking.Of(SelectorAtom.None).Where(static asked => IsDifferent(asked.Decisions))
            .All(asked => asked.Decisions[1].Outcome == Outcome.Permitted ? isMore : isLess);
    }

    private static bool IsDifferent(ImmutableArray<AskedDecision> decisions) => decisions[0].Outcome != decisions[1].Outcome;

    private static IEnumerable<string> IdsOf(IdentityIndex[] sides, ChangedTokens changed)
    {
        if (!changed.IsAnyIdentity)
        {
            return changed.Identities.Order(StringComparer.Ordinal);
        }

        var ids = sides.SelectMany(static side => side.ClientIds).ToHashSet(StringComparer.Ordinal);
        return [.. ids.Order(StringComparer.Ordinal), SelectorAtoms.Unmentioned(ids)];
    }
}

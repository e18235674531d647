using ImdsProxy.Core.Proofs.Atoms;
using ImdsProxy.Core.Proofs.Requests;

namespace ImdsProxy.Core.Proofs;

/// <summary>Visits the cells of requests in one slice. One instance serves all boxes, so that it can reuse results that they share.</summary>
internal sealed class Cells(Slice slice, SelectorAtoms selectors, Budget budget)
{
    private readonly CredentialSpace? _credentials = slice == Slice.Others ? null : new CredentialSpace(slice, selectors, budget);
    private readonly PathSpace? _paths = slice == Slice.Others ? new PathSpace(budget) : null;

    /// <summary>Visits only the natural cells that two policies decide differently, see <see cref="NaturalSpace"/>.</summary>
    /// <returns>Whether these cells show every kind of difference.</returns>
    public bool TryExploreNatural(IReadOnlyList<Standing> standings, ChangedTokens changed, Action<IRequestCell> visit) =>
        _credentials!.TryExploreNatural(standings, changed, visit);

    /// <summary>Visits all cells.</summary>
    public void Explore(IReadOnlyList<Standing> standings, Action<IRequestCell> visit)
    {
        _credentials?.Explore(standings, visit);
        _paths?.Explore(standings, visit);
    }
}

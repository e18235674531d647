using ImdsProxy.Core.Proofs.Atoms;
using ImdsProxy.Core.Proofs.Requests;

namespace ImdsProxy.Core.Proofs;

/// <summary>Visits the cells of requests of one slice. Is used for all boxes, because it remembers what they have in common.</summary>
internal sealed class Cells(Slice slice, SelectorAtoms selectors, Budget budget)
{
    private readonly CredentialSpace? _credentials = slice == Slice.Others ? null : new CredentialSpace(slice, selectors, budget);
    private readonly PathSpace? _paths = slice == Slice.Others ? new PathSpace(budget) : null;

    /// <summary>Visits all cells.</summary>
    public void Explore(IReadOnlyList<Standing> standings, Action<IRequestCell> visit)
    {
        _credentials?.Explore(standings, visit);
        _paths?.Explore(standings, visit);
    }
}

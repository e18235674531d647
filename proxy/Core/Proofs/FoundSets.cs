using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Proofs.Atoms;
using ImdsProxy.Core.Proofs.Requests;
using ImdsProxy.Core.Proofs.Workloads;

namespace ImdsProxy.Core.Proofs;

/// <summary>Joins what is found: workloads for which the same requests are found become one set.</summary>
/// <typeparam name="TKey">What is found, such as a kind of difference.</typeparam>
internal sealed class FoundSets<TKey>
    where TKey : notnull
{
    private readonly OrderedDictionary<(TKey Key, Slice Slice, string Requests), Found> _found = [];
    private readonly CredentialText _credentials;

    private readonly Budget _budget;
    private readonly int _rules;

    /// <param name="sides">The policies, whose aliases name identities.</param>
    /// <param name="budget">Pays for the descriptions and for the replays.</param>
    public FoundSets(IReadOnlyList<PolicySide> sides, Budget budget)
    {
        _credentials = new CredentialText(new IdentityNames(sides).Of);
        (_budget, _rules) = (budget, sides.Sum(static side => side.Document.Rules.Length));
    }

    public IEnumerable<(TKey Key, Found Found)> All => _found.Select(static entry => (entry.Key.Key, entry.Value));

    /// <summary>Adds what was found in a box. Returns its set, to which boxes with the same requests can be added.</summary>
    /// <param name="key">What was found.</param>
    /// <param name="box">The workloads.</param>
    /// <param name="cells">The requests; not empty.</param>
    /// <param name="others">The other requests of the same workloads.</param>
    /// <param name="patterns">The path patterns by which the set came about.</param>
    /// <param name="suffix">Is added to the description.</param>
    public Found Add(
        TKey key, WorkloadBox box, IReadOnlyList<IRequestCell> cells, IEnumerable<IRequestCell> others, IEnumerable<PathPattern> patterns, string suffix = "")
    {
        _budget.Spend(cells.Sum(Size));
        var text = cells[0] is CredentialCell
            ? _credentials.Of([.. cells.Cast<CredentialCell>()])
            : PathText.Of([.. cells.Cast<PathCell>()], [.. others.Cast<PathCell>()], patterns);
        var identity = (key, cells[0].Slice, text + suffix);
        if (!_found.TryGetValue(identity, out var found))
        {
            // The decider selects the rules of the witness out of all rules.
            _budget.Spend(_rules);
            _found.Add(identity, found = new Found(text + suffix, cells.MaxBy(Plainness)!));
        }

        found.Boxes.Add(box);
        return found;
    }

    private static long Size(IRequestCell cell) => cell is CredentialCell credential ? credential.Asked.Count + (credential.Answered?.Resources.Count ?? 0) : Budget.Cell;

    private static int Plainness(IRequestCell cell) => cell switch
    {
        CredentialCell credential => CredentialText.Plainness(credential),
        PathCell path => (path.Extra.IsEmpty ? 2 : 0) + (path.Path.Text == path.Path.Example ? 1 : 0),
        _ => 0,
    };
}

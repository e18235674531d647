namespace ImdsProxy.Core.Proofs.Requests;

/// <summary>The terms of one policy by the ids of their paths.</summary>
internal sealed class PathSide
{
    private readonly Standing _standing;
    private readonly Dictionary<int, List<AllowTerm>> _allows = [];
    private readonly Dictionary<int, List<DenyTerm>> _denies = [];
    private readonly List<DenyTerm> _ofEveryPath = [];

    /// <param name="standing">What holds under the policy.</param>
    /// <param name="terms">Receives the paths.</param>
    public PathSide(Standing standing, PathTerms terms)
    {
        _standing = standing;
        foreach (var allow in standing.Allows)
        {
            Named(_allows, terms.Add(allow.Source.Path.Text, StringComparison.Ordinal)).Add(allow);
            if (allow.Source.View is { } view)
            {
                terms.Add(view);
            }
        }

        foreach (var deny in standing.Denies)
        {
            (deny.Source.Path is { } path ? Named(_denies, terms.Add(path.Text, StringComparison.OrdinalIgnoreCase)) : _ofEveryPath).Add(deny);
        }
    }

    /// <summary>The terms that match these paths.</summary>
    public PathMatches At(PathNode node)
    {
        var allows = new List<AllowTerm>();
        var denies = new List<DenyTerm>(_ofEveryPath);
        foreach (var id in node.Matching)
        {
            allows.AddRange(_allows.GetValueOrDefault(id) ?? []);
            denies.AddRange(_denies.GetValueOrDefault(id) ?? []);
        }

        return new PathMatches(_standing, allows, denies);
    }

    private static List<T> Named<T>(Dictionary<int, List<T>> index, int id)
    {
        if (!index.TryGetValue(id, out var named))
        {
            index[id] = named = [];
        }

        return named;
    }
}

using ImdsProxy.Core.Redaction;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Proofs.Requests;

/// <summary>All path patterns that matter: those of the permissions, IMDS's endpoints, and the fields that views name.</summary>
internal sealed class PathTerms
{
    private readonly Dictionary<(string, StringComparison), int> _ids = [];
    private readonly List<PathTerm> _all = [];

    public PathTerms()
    {
        foreach (var endpoint in ImdsEndpoints.All)
        {
            Add(endpoint.Subtree ? endpoint.Path + "/**" : endpoint.Path, StringComparison.Ordinal);
        }
    }

    public IReadOnlyList<PathTerm> All => _all;

    public int Count => _all.Count;

    /// <summary>Equal only for equal patterns.</summary>
    public string Key => string.Join(' ', _ids.Keys.Select(static key => $"{key.Item1}:{(int)key.Item2}"));

    /// <summary>The id of a pattern.</summary>
    public int Add(string pattern, StringComparison comparison)
    {
        if (!_ids.TryGetValue((pattern, comparison), out var id))
        {
            _ids[(pattern, comparison)] = id = _all.Count;
            _all.Add(PathTerm.Of(id, pattern, comparison));
        }

        return id;
    }

    /// <summary>Adds the paths of a view's fields with all that is below them, because an answer below a field is shown or hidden with it.</summary>
    public void Add(DocumentView view)
    {
        foreach (var steps in ViewDifference.FieldsOf(view))
        {
            Add($"/metadata/instance/{string.Join('/', steps.Select(static step => step == "*" ? PathTerm.Number : step))}/**", StringComparison.OrdinalIgnoreCase);
        }
    }
}

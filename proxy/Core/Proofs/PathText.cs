using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Proofs.Atoms;
using ImdsProxy.Core.Proofs.Requests;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Proofs;

/// <summary>Describes requests that ask for no credential in words: the policy's patterns that cover the set, and the exceptions outside the set.</summary>
internal static class PathText
{
    /// <summary>The text of all paths that nothing mentions.</summary>
    private const string Unmentioned = "/*/**";

    /// <param name="cells">The set.</param>
    /// <param name="others">The other cells of the same workloads.</param>
    /// <param name="patterns">The patterns by which the set came about.</param>
    public static string Of(IReadOnlyCollection<PathCell> cells, IReadOnlyCollection<PathCell> others, IEnumerable<PathPattern> patterns)
    {
        var sorted = patterns.Distinct().OrderByDescending(static pattern => pattern.HasWildcard).ThenBy(static pattern => pattern.Text, StringComparer.Ordinal).ToList();
        var parts = cells
            .GroupBy(static cell => cell.Method, StringComparer.Ordinal)
            .OrderBy(static same => same.Key, StringComparer.Ordinal)
            .Select(same => (Method: same.Key, Paths: Paths([.. same], [.. others.Where(cell => cell.Method == same.Key)], sorted)))
            .GroupBy(static part => part.Paths, static part => part.Method, StringComparer.Ordinal)
            .Select(static part => $"{string.Join(", ", part)} {part.Key}");
        return string.Join("; ", parts) + Keys(cells);
    }

    private static string Paths(List<PathCell> cells, List<PathCell> others, List<PathPattern> patterns)
    {
        var left = cells.Select(static cell => cell.Path).Distinct().ToList();
        if (left.Exists(static node => node.Text == Unmentioned))
        {
            patterns = [PathPattern.Of("/**")];
        }

        var outside = others.Select(static cell => cell.Path).Distinct().Except(left).ToList();
        var parts = new List<string>();
        foreach (var pattern in patterns)
        {
            if (left.RemoveAll(node => Matches(pattern, node)) > 0)
            {
                var except = outside.Where(node => Matches(pattern, node) && (pattern.Text == "/**" || IsCovered(pattern, node))).Select(static node => node.Text).Distinct(StringComparer.Ordinal).ToList();
                var name = pattern.Text == "/**" ? "every path" : pattern.Text;
                parts.Add(except.Count == 0 ? name : $"{name} except {NameAtomsText.Names(except)}");
            }
        }

        return NameAtomsText.Names([.. parts, .. left.Select(static node => node.Text).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]);
    }

    private static bool Matches(PathPattern pattern, PathNode node) => pattern.Matches(node.Example, StringComparison.OrdinalIgnoreCase);

    // The wildcards of allows do not match these paths, so the text does not name them as exceptions.
    private static bool IsCovered(PathPattern pattern, PathNode node) =>
        !pattern.HasWildcard || ImdsEndpoints.Find(node.Example).CoveredByWildcards;

    private static string Keys(IReadOnlyCollection<PathCell> cells) => cells.All(static cell => !cell.Extra.IsEmpty)
        ? $", with the query key {string.Join(", ", cells.SelectMany(static cell => cell.Extra).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))}"
        : "";
}

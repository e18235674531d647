namespace ImdsProxy.Core.Proofs.Atoms;

/// <summary>The atoms of one dimension whose patterns are names that may end in <c>*</c>. Patterns are nested or disjoint, so they form a tree.</summary>
internal static class NameAtoms
{
    /// <summary>Splits all names by the patterns that are mentioned.</summary>
    /// <param name="patterns">The patterns; may repeat.</param>
    /// <param name="ending">The ending of a made-up name.</param>
    /// <param name="maybeNone">Whether the name may be absent.</param>
    public static IReadOnlyList<NameAtom> Of(IEnumerable<string> patterns, string ending, bool maybeNone)
    {
        var exact = new HashSet<string>(StringComparer.Ordinal);
        var prefixes = new HashSet<string>(StringComparer.Ordinal) { "" };
        foreach (var pattern in patterns)
        {
            _ = pattern.EndsWith('*') ? prefixes.Add(pattern[..^1]) : exact.Add(pattern);
        }

        var fresh = new FreshName(exact, prefixes);
        var trunks = new Dictionary<string, NameAtom>(StringComparer.Ordinal);
        var atoms = new List<NameAtom>(exact.Count + prefixes.Count + 1);
        foreach (var prefix in prefixes.Order(StringComparer.Ordinal))
        {
            // An atom without members stays in the tree as a parent, so that its descendants find their patterns.
            var example = fresh.After(prefix, ending);
            var atom = trunks[prefix] = new NameAtom(prefix + "*", example ?? prefix, ParentOf(prefix, trunks));
            if (example is not null)
            {
                atoms.Add(atom);
            }
        }

        foreach (var name in exact.Order(StringComparer.Ordinal))
        {
            atoms.Add(new NameAtom(name, name, trunks.GetValueOrDefault(name) ?? ParentOf(name, trunks)));
        }

        if (maybeNone)
        {
            atoms.Add(new NameAtom("", null, null));
        }

        return atoms;
    }

    private static NameAtom? ParentOf(string name, Dictionary<string, NameAtom> trunks)
    {
        for (var i = name.Length - 1; i >= 0; i--)
        {
            if (trunks.TryGetValue(name[..i], out var parent))
            {
                return parent;
            }
        }

        return null;
    }
}

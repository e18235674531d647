namespace ImdsProxy.Core.Proofs.Atoms;

/// <summary>Describes a set of atoms in words: each included prefix, with the names below it that are excluded.</summary>
internal static class NameAtomsText
{
    /// <summary>More names than this are counted, not listed.</summary>
    private const int MaxNames = 6;

    /// <summary>The set in words. Null if it is everything.</summary>
    /// <param name="all">All atoms of the dimension.</param>
    /// <param name="members">The atoms of the set.</param>
    /// <param name="noun">The kind of name, in the singular, such as <c>namespace</c>.</param>
    public static string? Of(IReadOnlyList<NameAtom> all, IReadOnlySet<NameAtom> members, string noun)
    {
        if (members.Count == all.Count)
        {
            return null;
        }

        var parts = new List<string>();
        foreach (var atom in members.OrderBy(static atom => atom.Text, StringComparer.Ordinal))
        {
            if (atom.IsNone)
            {
                parts.Add($"no {noun}");
            }
            else if (atom.Parent is null || !members.Contains(atom.Parent))
            {
                parts.Add(WithExceptions(atom, all, members, noun));
            }
        }

        return Names(parts);
    }

    /// <summary>A list of names in words. A long list ends with the number of further names.</summary>
    public static string Names(IReadOnlyList<string> names) => names.Count <= MaxNames
        ? string.Join(", ", names)
        : $"{string.Join(", ", names.Take(MaxNames - 1))} and {names.Count - MaxNames + 1} more";

    private static string WithExceptions(NameAtom atom, IReadOnlyList<NameAtom> all, IReadOnlySet<NameAtom> members, string noun)
    {
        if (atom.IsExact)
        {
            return atom.Text;
        }

        var text = atom.Text == "*" ? $"any {noun}" : atom.Text;
        var except = all.Where(other => !members.Contains(other) && IsCutOut(other, atom, members)).Select(static other => other.Text).ToList();
        return except.Count == 0 ? text : $"{text} except {Names(except)}";
    }

    // Whether every atom between an excluded atom and the included prefix is included.
    private static bool IsCutOut(NameAtom excluded, NameAtom included, IReadOnlySet<NameAtom> members)
    {
        for (var parent = excluded.Parent; parent is not null; parent = parent.Parent)
        {
            if (!members.Contains(parent))
            {
                return false;
            }

            if (parent == included)
            {
                return true;
            }
        }

        return false;
    }
}

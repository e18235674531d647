namespace ImdsProxy.Host.Tests.Architecture;

/// <summary>Circles between the namespaces of an assembly. A namespace below another one counts as a folder of its own.</summary>
internal static class FolderCircles
{
    /// <summary>The uses between two namespaces that also reach each other the other way round.</summary>
    /// <param name="root">The namespace below which the folders are.</param>
    /// <param name="uses">The uses within the assembly.</param>
    public static IReadOnlyList<TypeUse> Below(string root, IEnumerable<TypeUse> uses)
    {
        var between = uses
            .Where(use => IsBelow(use.FromNamespace, root) && IsBelow(use.ToNamespace, root) && use.FromNamespace != use.ToNamespace)
            .ToList();
        var targets = between.ToLookup(static use => use.FromNamespace, static use => use.ToNamespace, StringComparer.Ordinal);
        return [.. between.Where(use => Reaches(use.ToNamespace, use.FromNamespace, targets))];
    }

    private static bool Reaches(string from, string to, ILookup<string, string> targets)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal) { from };
        var open = new Stack<string>([from]);
        while (open.TryPop(out var folder))
        {
            if (folder == to)
            {
                return true;
            }

            foreach (var target in targets[folder].Where(seen.Add))
            {
                open.Push(target);
            }
        }

        return false;
    }

    private static bool IsBelow(string ns, string root) => ns.StartsWith(root + ".", StringComparison.Ordinal);
}

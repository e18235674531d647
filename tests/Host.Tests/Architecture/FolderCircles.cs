namespace ImdsProxy.Host.Tests.Architecture;

/// <summary>Dependency cycles between the folders of one room: folders that use each other, directly or through other folders.</summary>
internal static class FolderCircles
{
    /// <summary>The uses that are part of a cycle.</summary>
    /// <param name="room">The room's namespace. The files in its root count as a separate folder.</param>
    /// <param name="uses">The uses in the whole assembly.</param>
    public static IReadOnlyList<TypeUse> In(string room, IEnumerable<TypeUse> uses)
    {
        var inside = uses.Where(use => use.FromNamespace != use.ToNamespace && IsIn(room, use.FromNamespace) && IsIn(room, use.ToNamespace)).ToList();
        var used = inside.ToLookup(static use => use.FromNamespace, static use => use.ToNamespace, StringComparer.Ordinal);
        return [.. inside.Where(use => Reaches(use.ToNamespace, use.FromNamespace, used))];
    }

    private static bool IsIn(string room, string ns) => ns == room || ns.StartsWith(room + ".", StringComparison.Ordinal);

    private static bool Reaches(string from, string to, ILookup<string, string> used)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>([from]);
        while (open.TryPop(out var folder))
        {
            if (folder == to)
            {
                return true;
            }

            foreach (var next in used[folder].Where(seen.Add))
            {
                open.Push(next);
            }
        }

        return false;
    }
}

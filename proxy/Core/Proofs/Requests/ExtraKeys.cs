using System.Collections.Immutable;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Proofs.Atoms;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Proofs.Requests;

/// <summary>
/// The classes of a request's extra query keys. An allow matches if it lists all keys of the request. Two requests are in the same class if
/// the same allows match them, so each intersection of the allows' lists gives one class.
/// </summary>
internal static class ExtraKeys
{
    /// <summary>The parser's limit, less the parameters that a witness needs for itself.</summary>
    private const int MaxKeys = 12;

    /// <summary>Comparing keys costs several times as much as looking at a term.</summary>
    private const long KeySteps = 4;

    private static readonly ImmutableArray<string> Unlisted = ["x-unlisted"];

    /// <summary>For each class, the extra keys of one request in it. The class without extra keys comes first.</summary>
    /// <param name="standings">What holds.</param>
    /// <param name="allows">The allows that matter.</param>
    /// <param name="endpoint">The endpoint, whose own keys are not extra.</param>
    /// <param name="budget">Pays for the intersections.</param>
    public static List<ImmutableArray<string>> ClassesOf(
        IEnumerable<Standing> standings, IReadOnlyList<AllowTerm> allows, Endpoint endpoint, Budget budget)
    {
        var classes = new List<ImmutableArray<string>> { ImmutableArray<string>.Empty };
        if (allows.Any(static allow => !allow.Source.ExtraQuery.IsDefaultOrEmpty))
        {
            AddListed(classes, allows, endpoint, budget);
        }

        if (standings.Any(static standing => standing is { Mode: PolicyMode.Audit, IsGoal: false }))
        {
            classes.Add(Unlisted);
        }

        return classes;
    }

    private static void AddListed(List<ImmutableArray<string>> classes, IReadOnlyList<AllowTerm> allows, Endpoint endpoint, Budget budget)
    {
        var known = endpoint.Keys.Select(static key => key.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var lists = allows
            .Select(allow => Keys(allow.Source.ExtraQuery.IsDefault ? [] : allow.Source.ExtraQuery.Where(key => !known.Contains(key))))
            .Distinct(KeyLists.Comparer)
            .ToList();
        var seen = lists.ToHashSet(KeyLists.Comparer);
        for (var i = 0; i < lists.Count; i++)
        {
            for (var j = 0; j < i; j++)
            {
                budget.Spend(KeySteps * (lists[i].Length + lists[j].Length + 1));
                var both = Keys(lists[i].Intersect(lists[j], StringComparer.Ordinal));
                if (seen.Add(both))
                {
                    lists.Add(both);
                }
            }
        }

        foreach (var list in lists)
        {
            budget.Spend(KeySteps * (list.Length + 1) * allows.Count);
            var least = Least(list, allows);
            if (least.Length is > 0 and <= MaxKeys && IsSendable(least))
            {
                classes.Add(least);
            }
        }
    }

    // The fewest keys that the same allows accept, so that a witness has no more keys than it needs.
    private static ImmutableArray<string> Least(ImmutableArray<string> list, IReadOnlyList<AllowTerm> allows)
    {
        var left = allows.Count(allow => allow.Accepts(list));
        foreach (var key in list)
        {
            var fewer = list.Remove(key, StringComparer.Ordinal);
            if (allows.Count(allow => allow.Accepts(fewer)) == left)
            {
                list = fewer;
            }
        }

        return list;
    }

    // Two keys that differ only in case are the same key twice, which the parser refuses.
    private static bool IsSendable(ImmutableArray<string> keys) =>
        keys.Distinct(StringComparer.OrdinalIgnoreCase).Count() == keys.Length;

    private static ImmutableArray<string> Keys(IEnumerable<string> keys) =>
        [.. keys.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
}

using System.Collections.Immutable;

namespace ImdsProxy.Audit.Reduce;

/// <summary>What workers found besides the demands.</summary>
/// <param name="Unread">The parts that could not be read, by path.</param>
/// <param name="Torn">The number of lines that are too long or have no end.</param>
/// <param name="Clusters">The names of the clusters that wrote the records.</param>
internal sealed record ReducedUnits(ImmutableArray<UnreadSource> Unread, long Torn, ImmutableSortedSet<string> Clusters)
{
    public static ReducedUnits Of(IReadOnlyList<UnitReducer> workers, IEnumerable<UnreadSource> unread) => new(
        [.. unread.Concat(workers.SelectMany(static worker => worker.Unread)).Distinct().OrderBy(static source => source.Path, StringComparer.Ordinal)],
        workers.Sum(static worker => worker.Torn),
        workers.SelectMany(static worker => worker.Clusters.Names).ToImmutableSortedSet(StringComparer.Ordinal));
}
